"""EXPR, the language that selects trials: `lr>=1e-4 state=running (val_acc<0.6 OR epoch>5)`.

Comparisons of a name with a value, joined by AND (or a space), OR, NOT and parentheses; odd values
stand in quotes. `=` `!=` `<` `<=` `>` `>=` compare numbers as numbers and text as text, ignoring
case; `~` says that the text contains the value. What a trial does not have equals `none`, differs
from all else, and is neither below nor above anything.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection
from difflib import get_close_matches
from math import isnan
from typing import Any

from engine.core.model import STATES, trial_number
from engine.core.views import TrialView
from engine.errors import UsageError
from engine.text import clean

from .fields import FIELDS, PARAMS_PREFIX, field_of
from .tokens import Token, fault, tokenize

Predicate = Callable[[TrialView], bool]

MAX_DEPTH = 50
_SAME = ("=", "==", "!=")
_NUMBERS = {int, float}

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_filter(
    text: str, objective: str = "", names: Collection[str] | None = None
) -> Predicate:
    """Compile an EXPR to a test of rows; an empty one accepts all.

    `names` are the parameters that the trials have: with them, any other name is an error. Raises
    UsageError, which says where in the text and the nearest name.
    """
    return _Parser(text, objective, names).parse()


class _Parser:
    """Recursive descent: any -> every { OR every }; every -> one { [AND] one }."""

    def __init__(self, text: str, objective: str, names: Collection[str] | None) -> None:
        self._text = text
        self._tokens = tokenize(text)
        self._objective = objective
        self._names = names
        self._at = 0
        self._depth = 0

    def parse(self) -> Predicate:
        if self._peek() is None:
            return lambda row: True
        found = self._any()
        left = self._peek()
        if left is not None:
            raise self._fault(f"{left.text!r} does not belong here", left)
        return found

    def _any(self) -> Predicate:
        tests = [self._every()]
        while self._take_word("OR"):
            tests.append(self._every())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _every(self) -> Predicate:
        tests = [self._one()]
        while self._take_word("AND") or self._starts_one():
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _starts_one(self) -> bool:
        token = self._peek()
        return token is not None and token.text != ")" and not self._is_word("OR")

    def _one(self) -> Predicate:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UsageError(f"filter: more than {MAX_DEPTH} levels deep")
        test = self._negation() if self._take_word("NOT") else self._group_or_comparison()
        self._depth -= 1
        return test

    def _negation(self) -> Predicate:
        test = self._one()
        return lambda row: not test(row)

    def _group_or_comparison(self) -> Predicate:
        token = self._next("a comparison such as lr>=1e-4")
        if token.kind == "(":
            test = self._any()
            closing = self._peek()
            if closing is None or closing.kind != ")":
                raise self._fault("this parenthesis is never closed", token)
            self._at += 1
            return test
        if token.kind not in ("word", "quoted"):
            raise self._fault(f"expected a name, found {token.text!r}", token)
        return self._comparison(token)

    def _comparison(self, name: Token) -> Predicate:
        sign = self._peek()
        if sign is None or sign.kind != "sign":
            shown = clean(name.text, limit=40)
            such_as = f"state={state}" if (state := _state_like(name.text)) else f"{shown}=VALUE"
            raise self._fault(f"{shown!r} needs a comparison, such as {such_as}", name)
        self._at += 1
        value = self._next(f"a value after {sign.text}")
        if value.kind not in ("word", "quoted"):
            raise self._fault(f"expected a value, found {value.text!r}", value)
        self._check_name(name)
        if name.text == "state" and sign.text in _SAME and value.text.lower() not in STATES:
            shown = clean(value.text, limit=40)
            raise self._fault(f"no state {shown!r}: {' '.join(STATES)}", value)
        return comparison(name.text, sign.text, value.text, self._objective)

    def _check_name(self, token: Token) -> None:
        name = token.text
        known = {*FIELDS, self._objective, *(self._names or ())} - {""}
        if self._names is None or name in known or name.removeprefix(PARAMS_PREFIX) in self._names:
            return
        near = get_close_matches(name, known, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise self._fault(f"no trial has {clean(name, limit=80)!r}{hint}", token)

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self, wanted: str) -> Token:
        token = self._peek()
        if token is None:
            raise UsageError(f"filter: {clean(self._text, limit=200)!r} ends before {wanted}")
        self._at += 1
        return token

    def _is_word(self, word: str) -> bool:
        token = self._peek()
        if token is None or token.kind != "word" or token.text.upper() != word:
            return False
        after = self._tokens[self._at + 1 : self._at + 2]
        return not (after and after[0].kind == "sign")

    def _take_word(self, word: str) -> bool:
        found = self._is_word(word)
        self._at += found
        return found

    def _fault(self, reason: str, token: Token) -> UsageError:
        return fault(reason, token.position)


def _state_like(word: str) -> str:
    """Give the state whose first letters a word has, or that is most like it; empty for none."""
    folded = word.lower()
    begun = [state for state in STATES if len(folded) > 2 and state.startswith(folded)]
    return next(iter(begun or get_close_matches(folded, STATES, 1)), "")


def comparison(name: str, sign: str, value: str, objective: str) -> Predicate:
    """Test one name against one value."""
    field = field_of(name, objective)
    if name in ("id", "parent"):
        value = _as_number_of_trial(name, value)
    if sign == "~":
        folded = value.casefold()
        return lambda row: folded in _spelled(field(row)).casefold()
    same = _equals(value)
    if sign in ("=", "=="):
        return lambda row: same(field(row))
    if sign == "!=":
        return lambda row: not same(field(row))
    return _ordered(field, _ORDER[sign], value)


def _as_number_of_trial(name: str, value: str) -> str:
    try:
        number = trial_number(value)
    except ValueError:
        return value
    return str(number) if name == "id" else f"t{number:04d}"


def _equals(value: str) -> Callable[[Any], bool]:
    number = _number_in(value)
    folded = value.casefold()

    def same(seen: Any) -> bool:
        if number is not None and _is_number(seen):
            return bool(seen == number or (isnan(seen) and isnan(number)))
        return _spelled(seen).casefold() == folded

    return same


def _ordered(
    field: Callable[[TrialView], Any], order: Callable[[Any, Any], bool], value: str
) -> Predicate:
    number = _number_in(value)
    folded = value.casefold()

    def test_number(row: TrialView) -> bool:
        seen = field(row)
        return type(seen) in _NUMBERS and order(seen, number)

    def test_text(row: TrialView) -> bool:
        seen = field(row)
        if seen is None or _is_number(seen):
            return False
        return order(_spelled(seen).casefold(), folded)

    return test_text if number is None else test_number


def _number_in(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _is_number(value: Any) -> bool:
    return type(value) in _NUMBERS


def _spelled(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_spelled(item) for item in value) + "]"
    return str(value)
