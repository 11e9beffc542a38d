"""What this machine says of its devices."""

import pytest
import torch
from netwright.training.devices import find_bfloat16, list_devices


@pytest.mark.parametrize(
    ("flags", "found"),
    [
        ("fpu sse avx avx2 fma", ()),
        ("fpu avx2 avx512f avx512_vnni avx512_bf16", ("AVX-512",)),
        ("fpu avx512f avx512_bf16 amx_bf16 amx_tile amx_int8", ("AMX", "AVX-512")),
        ("fpu avx512f amx_tile amx_int8", ()),
    ],
)
def test_instructions_for_bfloat16_are_read_from_what_linux_says_of_the_cpu(flags: str, found: tuple[str, ...]) -> None:
    text = (
        f"processor\t: 0\nmodel name\t: Some CPU with amx_bf16 in its name\nflags\t\t: {flags}\nbugs\t\t: avx512_bf16\n"
    )
    assert find_bfloat16(text) == found


def test_instructions_for_bfloat16_when_the_system_does_not_tell_are_none() -> None:
    assert find_bfloat16("") == ()


def test_cpu_when_listed_says_what_pytorch_finds_of_bfloat16() -> None:
    cpu = list_devices()[0]
    found = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    assert cpu.id == "cpu"
    assert cpu.has_bfloat16 == bool(found)
