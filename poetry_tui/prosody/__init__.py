"""Hearing a poem: pronunciation, rhyme, meter and forms, by the CMU Pronouncing Dictionary.

The room may import `verse`. It offers `report(poem, form)`, what can be measured of a draft against its form contract,
and `form_named` and `detect`, the forms that `config/forms.yaml` describes. The dictionary is read on first use (a
fifth of a second), so front ends call `report` in a thread.
"""
