"""Hearing a poem: pronunciation, rhyme, meter and forms.

The room may import `verse`. Front ends call `report.report(poem, form)`, what can be measured of a draft against its
form contract, in a thread: the dictionary is read on first use (a tenth of a second). Each part can be asked by itself:
`rhyme_analyzer.analyze_rhyme`, `meter_analyzer.analyze_meter`, `identify.identify` (which form is this?),
`form_registry` (the forms that `config/forms.yaml` describes: `form_named`, `detect`), `suggestions.words_that_rhyme`.

From the ground up: `spelling`, `numerals` and `letter_sounds` find the phones of words for `pronunciation`;
`rhyme_sounds` weighs pairs of end words, `rhyme_scheme` the lines of a whole poem, `rhyme_kinds` names what was found;
`readings` lists the ways to say a line, `scansion` lays beats on it, `performance` says how it is spoken, `feet`
divides it; `form_check` holds a form against all this. What was learned lies in `tables/`, each file written by a
program in `benchmarks/` (`learn_letters`, `learn_rhyme`, `learn_meter`, `common_words`) from inputs that it names.
"""
