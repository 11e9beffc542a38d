"""The page of problems names every code that there is, and no other; limits are those of the code."""

import re
from pathlib import Path

import netwright
from broken_documents import CASES
from netwright.compiler import costs
from netwright.compiler.check import MAX_PROBLEMS, check
from netwright.graph.io import load_document

PAGE = (Path(__file__).parents[3] / "docs" / "problems.md").read_text(encoding="utf-8")
PACKAGE = Path(netwright.__file__).parent


def documented() -> set[str]:
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    return {code for row in rows for code in re.findall(r"`([a-z_]+)`", row)}


def written() -> set[str]:
    """Codes as the sources hand them to problems, findings and complaints."""
    files = [
        *PACKAGE.glob("layers/*.py"),
        *PACKAGE.glob("compiler/check*.py"),
        *(PACKAGE / "graph" / name for name in ("io.py", "bundle.py")),
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    patterns = (
        r'code="([a-z_]+)"',
        r'Finding\(\s*"([a-z_]+)"',
        r'_about_edge\("([a-z_]+)"',
        r'_about_repeat\(\s*definition, i, "([a-z_]+)"',
        r'_finding\(definition, i, "([a-z_]+)"',
        r'ParamIssue\(\s*(?:code=)?"([a-z_]+)"',
        r'_limit\(\s*"([a-z_]+)"',
        r'_error\(\s*"([a-z_]+)"',
        r'_differs\(\s*"([a-z_]+)"',
        r'code="([a-z_]+)" if',
        r'else "([a-z]+_[a-z_]+)",\n',
        r'"([a-z_]+)" if is_block else "',
        r'"([a-z_]+)" if out_of_range else',
        r'\(\s*"(too_[a-z_]+)",\s*say\(',
        r'_problem\(\s*"([a-z_]+)"',
    )
    return {code for pattern in patterns for code in re.findall(pattern, text)}


def test_page_of_problems_names_every_code_that_is_written() -> None:
    missing = written() - documented()
    assert missing == set(), "docs/problems.md does not name these"


def test_page_of_problems_names_no_code_that_is_gone() -> None:
    assert documented() - written() == set()


def test_every_code_of_the_check_itself_has_a_failing_case() -> None:
    tried_elsewhere = {"nesting_too_deep", "too_much_memory", "more_problems", "refused"}
    own = {code for code in documented() if not code.startswith("document_")}
    layers = set(
        re.findall(r'(?:code=|_differs\(\s*)"([a-z_]+)"', "\n".join(p.read_text() for p in PACKAGE.glob("layers/*.py")))
    )
    assert own - layers - tried_elsewhere <= {case.code for case in CASES}


def test_limits_on_the_page_are_those_of_the_code() -> None:
    for limit in (
        costs.MAX_LAYERS,
        costs.MAX_EDGES,
        costs.MAX_NESTING,
        costs.MAX_PARAMETERS,
        costs.MAX_TENSOR_ELEMENTS,
        costs.MAX_INNER_ELEMENTS,
        costs.MAX_MACS,
        costs.MAX_ACTIVATION_BYTES,
        MAX_PROBLEMS,
    ):
        assert f"{limit:,}" in PAGE


def test_example_on_the_page_of_the_document_is_a_network_without_problems() -> None:
    page = (Path(__file__).parents[3] / "docs" / "document.md").read_text(encoding="utf-8")
    example = page.split("```json\n")[1].split("```")[0]
    assert check(load_document(example)).problems == []
