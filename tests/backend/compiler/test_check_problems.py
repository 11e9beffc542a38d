"""Every problem that the check finds: root causes only, in our own words, with fixes that work."""

import pytest
from broken_documents import CASES
from broken_parts import Case
from netwright.compiler.check import check
from netwright.graph.editing import apply_edits
from netwright.graph.problems import Problem

NAMES = [f"{case.code}-{case.node}-{number}" for number, case in enumerate(CASES)]


def find(case: Case) -> Problem:
    return next(problem for problem in check(case.document).problems if problem.code == case.code)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_check_of_a_broken_document_names_the_root_cause_alone(case: Case) -> None:
    report = check(case.document)
    assert sorted(problem.code for problem in report.problems) == sorted((case.code, *case.also))
    problem = find(case)
    assert (problem.block, problem.node) == (case.block, case.node)
    assert report.ok == all(one.severity == "warning" for one in report.problems)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_message_is_a_sentence_that_says_where(case: Case) -> None:
    problem = find(case)
    assert problem.message[0].isupper() or problem.message[0] == "`"
    assert problem.message.endswith(".")
    assert "{" not in problem.message
    assert "!" not in problem.message
    if case.node is not None:
        assert f"`{case.node}`" in problem.message


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_each_fix_applied_removes_its_problem(case: Case) -> None:
    problem = find(case)
    assert tuple(fix.code for fix in problem.fixes) == case.fixes
    for fix in problem.fixes:
        fixed = apply_edits(case.document, fix.edits)
        left = [
            one
            for one in check(fixed).problems
            if (one.code, one.block, one.node, one.field) == (problem.code, problem.block, problem.node, problem.field)
        ]
        assert left == [], fix.label


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_check_of_the_same_document_twice_gives_the_same_answer(case: Case) -> None:
    assert check(case.document) == check(case.document.model_copy(deep=True))
