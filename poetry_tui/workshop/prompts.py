"""Every word the models are asked with: the only reader of `config/prompts.yaml` and of the persona files.

The functions take plain values, so that training samples can be built with the same words (the model is asked at
inference exactly what it was taught).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from poetry_tui import resources
from poetry_tui.config_file import parse_yaml, read_yaml, validated
from poetry_tui.verse import Poem
from poetry_tui.workshop.events import Role

FILE_NAME = "prompts.yaml"
_FIELD = re.compile(r"\{(\w+)\}")


def _template(*fields: str) -> object:
    """A text in which only these placeholders may stand."""

    def check(text: str) -> str:
        unknown = sorted(set(_FIELD.findall(text)) - set(fields))
        if unknown:
            known = ", ".join(f"{{{name}}}" for name in fields) or "none"
            raise ValueError(f"unknown placeholder {{{unknown[0]}}}; it may hold: {known}")
        return text.strip("\n")

    return AfterValidator(check)


def _system(text: str) -> str:
    """`file:NAME` stands for a file of `persona/`, byte for byte."""
    name = text.removeprefix("file:")
    return resources.read_text("persona", name.strip()) if name != text else text.strip("\n")


class PromptStyle(BaseModel):
    """The texts of one style: `full` for capable models, `short` for the embedded one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    poet_system: Annotated[str, AfterValidator(_system)]
    educator_system: Annotated[str, AfterValidator(_system)]
    brief: Annotated[str, _template("request", "form")]
    draft: Annotated[str, _template("request", "form", "brief")]
    draft_without_brief: Annotated[str, _template("request", "form")]
    critique: Annotated[str, _template("request", "form", "brief", "poem", "report", "approval")]
    critique_again: Annotated[str, _template("poem", "report", "approval")]
    revise: Annotated[str, _template("critique", "report", "standing", "direction", "locked")]
    standing: Annotated[str, _template("poem")]
    direction: Annotated[str, _template("direction")]
    locked: Annotated[str, _template("lines")]
    note: Annotated[str, _template("poem")]

    def system(self, role: Role) -> str:
        """The system prompt of a role."""
        return self.poet_system if role == "poet" else self.educator_system

    def ask_brief(self, request: str, form: str) -> str:
        """Educator: turn the request into a brief. `form` is the contract in words."""
        return _filled(self.brief, request=request, form=form)

    def ask_draft(self, request: str, form: str, brief: str) -> str:
        """Poet: the first draft, from the brief, or from the request where there is none."""
        if not brief:
            return _filled(self.draft_without_brief, request=request, form=form)
        return _filled(self.draft, request=request, form=form, brief=brief)

    def ask_critique(self, request: str, form: str, brief: str, poem: Poem, report: str, approval: str) -> str:
        """Educator: the first critique. The poem's lines are numbered; `report` is what prosody measured."""
        return _filled(
            self.critique,
            request=request,
            form=form,
            brief=brief,
            poem=numbered(poem),
            report=report,
            approval=approval,
        )

    def ask_critique_again(self, poem: Poem, report: str, approval: str) -> str:
        """Educator: a later critique, which first says whether the last directions were carried out."""
        return _filled(self.critique_again, poem=numbered(poem), report=report, approval=approval)

    def ask_revision(
        self, critique: str, report: str, standing: Poem | None, directions: tuple[str, ...], locked: tuple[str, ...]
    ) -> str:
        """Poet: revise. `standing` is the poem where it is not the Poet's last reply; `locked` are the lines."""
        return _filled(
            self.revise,
            critique=critique,
            report=report,
            standing=_filled(self.standing, poem=standing.text) if standing else "",
            direction=_filled(self.direction, direction="\n".join(directions)) if directions else "",
            locked=_filled(self.locked, lines="\n".join(locked)) if locked else "",
        )

    def ask_note(self, poem: Poem) -> str:
        """Educator: a last word on the finished poem."""
        return _filled(self.note, poem=poem.text)


def numbered(poem: Poem) -> str:
    """The poem with its line numbers, as the Educator reads it."""
    width = len(str(len(poem.lines)))
    return "\n\n".join(
        "\n".join(f"{line.number:>{width}}  {line.text}" for line in stanza.lines) for stanza in poem.stanzas
    )


class _PromptFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    full: PromptStyle
    short: PromptStyle


@cache
def _prompt_file() -> _PromptFile:
    path = resources.shipped("config", FILE_NAME)
    text = read_yaml(path)
    return validated(_PromptFile, parse_yaml(text, path), [(str(path), text)])


def style_named(name: str) -> PromptStyle:
    """The style `full` or `short`."""
    styles = _prompt_file()
    return styles.short if name == "short" else styles.full


def _filled(template: str, **values: str) -> str:
    """The template with its placeholders filled in one pass (values may hold braces); empty paragraphs close up."""
    text = _FIELD.sub(lambda match: values.get(match[1], match[0]).strip("\n"), template)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")
