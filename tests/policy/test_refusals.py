from __future__ import annotations

import pytest
from making import checked, condition, mistakes

from auditor.errors import PolicyError

IN_REQUIRE = len("require: ") + 1
DEEP = "not " * 70 + "mail_rule.enabled"


@pytest.mark.parametrize(
    ("expression", "part", "message"),
    [
        ("10 ** 10 ** 10 > 1", "10", "arithmetic is not part"),
        ("mail_rule.label * 9 == 'x'", "mail_rule", "arithmetic is not part"),
        ("mail_rule.__class__ == 'x'", "__class__", "mail_rule has no field '__class__'"),
        ("mail_rule.label.__class__ == 'x'", "__class__", "has no fields"),
        ("mail_rule.label.upper() == 'X'", "mail_rule", "no functions of their own"),
        ("().__class__.__bases__ == 'x'", "()", "a tuple is not part"),
        ("__import__('os').system('true') == 0", "__import__('os').system", "no functions of their own"),
        ("open('/etc/passwd') == 'x'", "open", "unknown function 'open'"),
        ("__builtins__ == 1", "__builtins__", "unknown name '__builtins__'"),
        ("eval('1') == 1", "eval", "unknown function 'eval'"),
        ("any(true for x in range(10000000))", "range", "unknown function 'range'"),
        (
            "any(true for x in mail_rule.destinations for y in mail_rule.destinations)",
            "(true",
            "one variable and one list",
        ),
        (
            "any(any(x == y for y in mail_rule.looks_for) for x in mail_rule.destinations)",
            "mail_rule.looks_for",
            "an inner loop",
        ),
        (
            "any(x in mail_rule.looks_for for x in mail_rule.destinations)",
            "mail_rule.looks_for",
            "would be searched again",
        ),
        ("any([true for x in mail_rule.destinations])", "[true", "any needs a loop"),
        ("any(true for null in mail_rule.destinations)", "null", "is taken"),
        ("any(true for __x in mail_rule.destinations)", "__x", "is taken"),
        ("any(true for (a, b) in mail_rule.destinations)", "(true", "one variable and one list"),
        ("any(true for x in ['a'] * 9)", "['a']", "arithmetic is not part"),
        ("[x for x in mail_rule.destinations] == []", "[x", "a list comprehension is not part"),
        ("(lambda:true)()", "lambda", "no functions of their own"),
        ("f'{mail_rule.label}' == 'x'", "f'", "a formatted text is not part"),
        ("b'x' == b'x'", "b'x'", "not part of the policy language"),
        ("mail_rule.label[0] == 'x'", "mail_rule", "indexing is not part"),
        ("(x := true)", "x :=", "assignment is not part"),
        ("true if mail_rule.enabled else false", "true", "if ... else is not part"),
        ("matches(mail_rule.label, '(')", "'('", "not a regular expression: missing )"),
        ("matches(mail_rule.label, '(?=x)')", "'(?=x)'", "not a regular expression"),
        ("matches(mail_rule.label, r'x{1001}')", "r'x", "not a regular expression"),
        ("matches(mail_rule.label, r'((x{100}){100}){100}')", "r'((x", "not a regular expression"),
        (f"matches(mail_rule.label, '{'x' * 501}')", "'xxx", "longer than 500 characters"),
        ("matches(mail_rule.label, mail_rule.key)", "mail_rule.key", "must be written out"),
        ("matches(mail_rule.label, '\\d')", "'\\d'", "a text with a backslash"),
        ("mail_rule.enabled = true", "mail_rule", "a single = does not compare"),
        ("(mail_rule.enabled", "(", "the brackets do not match"),
        ("true) or (true", "true", "the brackets do not match"),
        ("mail_rule.label == 'x", "'x", "a quote is missing"),
        ("mail_rule.enabled and and true", "and true", "this is not an expression"),
        ("mail_rule.enabled; true", "; true", "this is not an expression"),
        ("mail_rule.enabld", "enabld", "mail_rule has no field 'enabld'"),
        ("mial_rule.enabled", "mial_rule", "unknown name 'mial_rule'"),
        ("account.is_admin", "account", "'account' is not here"),
        ("mail_rule.mechanism == 'filtre'", "'filtre'", "'filtre' is not one of"),
        ("mail_rule.mechanism in ['filter', 'inbx_rule']", "'inbx_rule'", "'inbx_rule' is not one of"),
        ("mail_rule.label == 3", "3", "a text is compared with a number"),
        ("mail_rule.enabled < true", "true", "have no order"),
        ("mail_rule.label < 'x'", "'x'", "have no order"),
        ("mail_rule.destinations", "mail_rule", "this is a list of text, not a condition"),
        ("mail_rule.label", "mail_rule", "this is a text, not a condition"),
        ("mail_rule == null", "mail_rule", "mail_rule is never null"),
        ("mail_rule.enabled == null", "mail_rule", "mail_rule.enabled is never null"),
        ("mail_rule.enabled is true", "true", "is does not compare here"),
        ("'x' in mail_rule.label", "mail_rule", "a text is not a list"),
        ("3 in mail_rule.destinations", "3", "a number is looked for in a list of text"),
        ("mail_rule.destinations == mail_rule.looks_for", "mail_rule.looks_for", "two lists of facts"),
        ("mail_rule.created < today", "mail_rule", "mail_rule.created may be null here"),
        ("mail_rule.created == null and mail_rule.created < today", "mail_rule.created <", "may be null here"),
        ("mail_rule.created != null or mail_rule.created < today", "mail_rule.created <", "may be null here"),
        ("owner.is_admin", "owner", "owner may be null here"),
        ("is_external(3)", "3", "is_external needs a text, not a number"),
        ("is_external()", "is_external", "is_external takes 1 argument, not 0"),
        ("is_external(address='x')", "is_external", "takes its arguments without names"),
        ("is_extrenal('x')", "is_extrenal", "unknown function 'is_extrenal'"),
        ("days_since(date('2026-13-01')) > days(1)", "'2026-13-01'", "is not a date"),
        ("days_since(today) > 90", "90", "a duration and a number have no order"),
        ("params.nothing == 1", "nothing", "unknown parameter 'nothing'"),
        ("params == 1", "params", "params is not a value"),
        ("not known(mail_rule.enabled)", "known", "known may only stand in require"),
        ("known(mail_rule.enabled) == false", "known", "known may only stand in require"),
        ("known(mail_rule.label)", "known", "mail_rule.label is always known"),
        (
            "all(mail_rule.hides for d in mail_rule.destinations if known(mail_rule.hides))",
            "known",
            "known may only stand",
        ),
        ("True", "True", "True is not a word"),
        ("1.5 < 2", "1.5", "this number is not part"),
        ("mail_rule.label == ['a', 3]", "3", "a number in a list that began with a text"),
        (DEEP, "not " * 5, "nested"),
        ("(" * 300 + "true" + ")" * 300, "(", "nested too deep"),
        ("len(mail_rule.label) > " + "-" * 3000 + "1", "len", "nested"),
        ("mail_rule.enabled" + " and mail_rule.enabled" * 190, "", "longer than 4000 characters"),
    ],
)
def test_an_expression_that_is_not_allowed_is_refused_at_its_place(expression: str, part: str, message: str) -> None:
    found = mistakes(require=expression)
    first = next(each for each in found if message in each[2])
    if not expression.startswith(("'", "[", "(" * 3)) and "nested" not in message and part:
        assert first[:2] == (2, IN_REQUIRE + expression.index(part)), found


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("mail_rule.enabld", "enabled"),
        ("mail_rule.mechanism == 'filtre'", "filter"),
        ("mial_rule.enabled", "mail_rule"),
        ("is_extrenal(mail_rule.label)", "is_external"),
        ("owner != null and owner.type == 'gest'", "guest"),
        ("MAIL_RULE.enabled", "mail_rule"),
    ],
)
def test_a_word_that_is_nearly_right_is_answered_with_the_right_one(wrong: str, right: str) -> None:
    assert mistakes(require=wrong)[0][3] == f"Did you mean '{right}'?"


@pytest.mark.parametrize(
    "expression",
    [
        "mail_rule.created != null and mail_rule.created < today",
        "mail_rule.created == null or mail_rule.created < today",
        "not (mail_rule.created == null or mail_rule.created > today)",
        "not (mail_rule.created != null and mail_rule.created > today)",
        "owner != null and owner.unit == '/x' and starts_with(owner.unit, '/')",
        "owner != null and owner.unit in ['/x'] and starts_with(owner.unit, '/')",
        "(mail_rule.created != null and true) and days_since(mail_rule.created) > days(3)",
        "any(mail_rule.created < today for d in mail_rule.destinations if mail_rule.created != null)",
        "mail_rule.created == null and true or (mail_rule.created != null and mail_rule.created < today)",
    ],
)
def test_a_guard_lets_what_may_be_null_be_used(expression: str) -> None:
    condition(expression)


def test_a_guard_in_when_holds_in_require() -> None:
    condition("mail_rule.created < today", when="mail_rule.created != null")


def test_what_is_known_cannot_decide_which_facts_are_judged() -> None:
    assert "known may only stand in require" in mistakes(when="known(mail_rule.enabled)")[0][2]


def test_settings_of_one_vendor_need_a_policy_for_that_vendor_alone() -> None:
    require = "settings.google_workspace.publishing_allowed"
    assert "is there for one vendor only" in mistakes(fact="settings", require=require)[0][2]
    fix = {"google_workspace": "click"}
    assert checked(fact="settings", require=require, connectors=["google_workspace"], fix=fix).may_be_unknown


def test_an_expression_that_is_folded_is_refused_because_columns_would_be_wrong() -> None:
    assert mistakes(require=">\n  mail_rule.enabled")[0][2] == "an expression in quotes with escapes, or after >"


def test_places_are_right_in_blocks_of_several_lines() -> None:
    block = "|\n  mail_rule.enabled  # é\n  and mail_rule.label == 'é' and mail_rule.typ"
    assert mistakes(require=block)[0][:3] == (4, 44, "mail_rule has no field 'typ'")


def test_unused_parameters_missing_fixes_and_wrong_templates_are_mistakes() -> None:
    found = mistakes(
        params={"limit": {"type": "integer", "default": True, "help": "h"}},
        message="{mail_rule.lable} { {mail_rule}",
        evidence=["mail_rule.enabled", "owner"],
        fix={"google_workspace": "click"},
    )
    assert {message for *_, message, _ in found} == {
        "this default is not a whole number",
        "the parameter 'limit' is never used",
        "mail_rule has no field 'lable'",
        "a brace without its partner",
        "mail_rule is a record",
        "owner is a record",
        "no fix for microsoft_365",
    }


def test_all_mistakes_are_told_at_once_and_in_order() -> None:
    with pytest.raises(PolicyError) as failure:
        checked(when="mail_rule.enabld", require="mail_rule.label == 3 and is_extrnal('x')")
    assert str(failure.value).splitlines() == [
        "p.yaml:1:17: mail_rule has no field 'enabld' (Did you mean 'enabled'?)",
        "p.yaml:2:29: a text is compared with a number (They are never equal.)",
        "p.yaml:2:35: unknown function 'is_extrnal' (Did you mean 'is_external'?)",
    ]
