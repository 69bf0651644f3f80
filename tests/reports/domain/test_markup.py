from __future__ import annotations

import pytest

from reports.domain.markup import Left, left_out


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("**Checkout** failed, see INC-3. 5 < 7 and a > b.", ()),
        ("![chart](https://elsewhere.example/x.png)", (Left.PICTURES,)),
        ("<b>bold</b>", (Left.HTML,)),
        ("<script>alert(1)</script>", (Left.SCRIPTS, Left.HTML)),
        ("[x](javascript:alert(1))", (Left.SCRIPTS,)),
        ('<IMG src="https://elsewhere.example/x.png">', (Left.PICTURES, Left.HTML)),
    ],
)
def test_what_is_not_shown_to_readers_is_said_to_the_author(text: str, found: tuple[Left, ...]) -> None:
    assert left_out(text) == found
