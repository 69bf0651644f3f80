from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.test import SimpleTestCase

from relportal.core.forms import PlainSelect


def drawn(widget: forms.Select, value: Any) -> str:
    class Form(forms.Form):
        one = forms.TypedChoiceField(choices=[("", "None"), (1, "<b>One</b>"), (2, "Two & a half")], widget=widget)

    return str(Form(initial={"one": value})["one"])


@pytest.mark.parametrize("value", [None, "", 1, "2", "3"])
def test_many_choices_are_drawn_as_few_are(value: Any) -> None:
    SimpleTestCase().assertHTMLEqual(drawn(PlainSelect(), value), drawn(forms.Select(), value))
