"""Does a critique end with the approval sentence?"""

from __future__ import annotations

import re

_MARKS = "*_`\"'“”’>#()"


def says_approval(critique: str, sentence: str) -> bool:
    """True if the critique's last sentence is `sentence`; case, white space, emphasis and quotation marks do not count.

    The sentence must begin a line or follow a finished sentence: "I cannot say that this poem …" approves nothing.
    """
    wanted = r"\s+".join(re.escape(word) for word in sentence.strip(" .!").split())
    begins = rf"(?:^|[.!?…][{_MARKS}]*\s)[\s{_MARKS}]*"
    ending = critique.rstrip(_MARKS + ".! \t\n")
    return re.search(rf"{begins}{wanted}\Z", ending, re.IGNORECASE | re.MULTILINE) is not None
