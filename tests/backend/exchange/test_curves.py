"""Curves as files of others.  ``event_files/`` holds what the writer of TensorBoard 2.20 itself made (see ``OF_TENSORBOARD``).

That TensorBoard reads what we write was tried with its own ``EventAccumulator``; here the bytes are held against
protobuf's own parser, which knows nothing of ours.
"""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from netwright.exchange.curves.crc32c import crc32c, masked_crc32c, masked_crc32c_rows
from netwright.exchange.curves.csv_files import read_csv
from netwright.exchange.curves.curve import Curve
from netwright.exchange.curves.event_files import join_files, read_events, write_events
from netwright.exchange.curves.tfrecord import split
from netwright.exchange.refusal import ImportRefusedError

OF_TENSORBOARD = Path(__file__).parent / "event_files" / "events.out.tfevents.tensorboard"
STARTED = 1_700_000_000.0


def curve(values: list[float], *, first_step: int = 1, every: int = 1) -> Curve:
    count = len(values)
    steps = first_step + every * np.arange(count, dtype=np.int64)
    return Curve(steps, (steps // 100 + 1).astype(np.int32), np.asarray(steps * 0.25, np.float64), np.array(values))


def written(curves: dict[str, Curve]) -> bytes:
    return b"".join(write_events(curves, STARTED))


def event_class() -> Any:
    """``Event`` as far as it concerns a scalar, made by protobuf from field numbers of tensorboard/compat/proto."""
    file = descriptor_pb2.FileDescriptorProto(name="event.proto", package="oracle", syntax="proto3")
    kind = descriptor_pb2.FieldDescriptorProto

    def add(message: str, *fields: tuple[str, int, int, str]) -> None:
        made = file.message_type.add(name=message)
        for name, number, type_, of in fields:
            label = kind.LABEL_REPEATED if name == "value" else kind.LABEL_OPTIONAL
            made.field.add(name=name, number=number, type=type_, label=label, type_name=of or None)

    add("Value", ("tag", 1, kind.TYPE_STRING, ""), ("simple_value", 2, kind.TYPE_FLOAT, ""))
    add("Summary", ("value", 1, kind.TYPE_MESSAGE, ".oracle.Value"))
    add(
        "Event",
        ("wall_time", 1, kind.TYPE_DOUBLE, ""),
        ("step", 2, kind.TYPE_INT64, ""),
        ("file_version", 3, kind.TYPE_STRING, ""),
        ("summary", 5, kind.TYPE_MESSAGE, ".oracle.Summary"),
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("oracle.Event"))


def test_crc32c_gives_the_published_values() -> None:
    """RFC 3720, appendix B.4, and the check value of the Castagnoli polynomial."""
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    rows = np.random.default_rng(0).integers(0, 256, (50, 37), dtype=np.uint8)
    assert masked_crc32c_rows(rows).tolist() == [masked_crc32c(row.tobytes()) for row in rows]


def test_written_events_are_what_protobuf_reads() -> None:
    values = [0.5, float("nan"), float("inf"), -1e300, 2.5]
    data = written({"train/loss": curve(values, first_step=126), "val/准确": curve([1.0], first_step=2**40)})
    event = event_class()
    events = [event.FromString(data[start:end]) for start, end in split(data, "x")]
    assert events[0].file_version == "brain.Event:2"
    found = [
        (each.summary.value[0].tag, each.step, each.wall_time, each.summary.value[0].simple_value)
        for each in events[1:]
    ]
    losses = [each for each in found if each[0] == "train/loss"]
    assert [each[1] for each in losses] == [126, 127, 128, 129, 130]
    assert [each[2] for each in losses] == [STARTED + step * 0.25 for step in range(126, 131)]
    assert [each[3] for each in losses[2:]] == [np.inf, -np.inf, 2.5]
    assert np.isnan(losses[1][3])
    assert [each for each in found if each[0] == "val/准确"] == [("val/准确", 2**40, STARTED + 2**38, 1.0)]
    assert [each[3] for each in found if each[0] == "epoch"][:2] == [2.0, 2.0]


def test_written_curves_come_back_with_their_epochs() -> None:
    before = {"train/loss": curve([3.0, 2.0, 1.5], first_step=99), "val/Accuracy": curve([0.25, 0.75], every=150)}
    back, started = join_files([read_events(written(before), "x")])
    assert started == pytest.approx(STARTED + 0.25)
    assert list(back) == ["train/loss", "val/Accuracy"]
    for name, points in before.items():
        assert back[name].steps.tolist() == points.steps.tolist()
        assert back[name].epochs.tolist() == points.epochs.tolist()
        assert back[name].values.tolist() == points.values.tolist()
        assert np.diff(back[name].elapsed) == pytest.approx(np.diff(points.elapsed))


def test_files_of_tensorboards_own_writer_are_read() -> None:
    """Scalars as ``simple_value``, as the scalar plugin's tensor, as tensors of four types; a vector and a text are none."""
    found = read_events(OF_TENSORBOARD.read_bytes(), "x")
    assert {tag: points.values for tag, points in found.items()} == {
        "a": [0.0, 0.5, 1.0],
        "b": [0.0, 3.0, 6.0],
        "float64": [0.0, -1.0, -2.0],
        "float16": [0.0, -1.0, -2.0],
        "int32": [0.0, -1.0, -2.0],
        "int64": [0.0, -1.0, -2.0],
    }
    assert found["a"].steps == [0, 100, 200]
    assert found["a"].times == [1000.0, 1001.0, 1002.0]


def test_every_cut_and_every_flipped_byte_is_told_with_its_record() -> None:
    data = written({"loss": curve([1.0, 2.0, 3.0])})
    begins = [start - 12 for start, _ in split(data, "x")]
    ends = [end + 4 for _, end in split(data, "x")]
    for length in range(1, len(data)):
        if length in ends:
            continue
        with pytest.raises(ImportRefusedError) as refused:
            split(data[:length], "run.tfevents")
        place = max(begin for begin in begins if begin < length)
        assert f"run.tfevents is cut off: the record at byte {place} " in refused.value.message
    for position in range(len(data)):
        flipped = bytearray(data)
        flipped[position] ^= 0x10
        with pytest.raises(ImportRefusedError) as refused:
            split(bytes(flipped), "run.tfevents")
        place = max(begin for begin in begins if begin <= position)
        assert f"record at byte {place} differs" in refused.value.message


@pytest.mark.parametrize(
    "record",
    [
        b"\x2a\x7f",
        b"\x80",
        b"\x0b\x00",
        b"\x09\x00",
        b"\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x2a\x08\x0a\x06\x0a\x01a\x15\0\0",
        b"\x2a\x09\x0a\x07\x0a\x01\xff\x15\0\0\0\0",
    ],
    ids=["short", "endless varint", "unknown wire type", "short time", "negative step", "tag that is no text"],
)
def test_sound_records_that_are_no_events_are_told(record: bytes) -> None:
    length = struct.pack("<Q", len(record))
    data = length + struct.pack("<I", masked_crc32c(length)) + record + struct.pack("<I", masked_crc32c(record))
    with pytest.raises(ImportRefusedError, match="record at byte 0 is no event") as refused:
        read_events(data, "x")
    assert refused.value.code == "file_damaged"


def test_a_restarted_run_goes_on_from_where_its_second_file_begins() -> None:
    first = read_events(written({"loss": curve([4.0, 3.0, 2.0, 1.0])}), "x")
    second = read_events(b"".join(write_events({"loss": curve([0.5, 0.25], first_step=3)}, STARTED + 60)), "x")
    curves, started = join_files([second, first])
    assert started == pytest.approx(STARTED + 0.25)
    assert curves["loss"].steps.tolist() == [1, 2, 3, 4]
    assert curves["loss"].values.tolist() == [4.0, 3.0, 0.5, 0.25]


def test_csv_of_our_comparison_comes_back_as_its_runs() -> None:
    text = (
        "run,name,metric,step,epoch,elapsed_seconds,value\r\n"
        'a1,"one, first",train/loss,1,1,0.5,2.5\r\na1,"one, first",train/loss,2,1,1.5,NaN\r\n'
        "b2,two,val/Accuracy,7,3,9,0.75\r\n"
    )
    one, two = read_csv(text.encode(), "curves.csv", "curves")
    assert (one.name, two.name) == ("one, first", "two")
    assert one.curves["train/loss"].elapsed.tolist() == [0.5, 1.5]
    assert np.isnan(one.curves["train/loss"].values[1])
    assert (two.curves["val/Accuracy"].steps[0], two.curves["val/Accuracy"].epochs[0]) == (7, 3)


def test_csv_with_a_column_a_metric_leaves_out_empty_cells() -> None:
    """As Lightning's ``CSVLogger`` writes it: a line for training, a line for validation."""
    (run,) = read_csv(b"epoch,step,train_loss,val_loss\n0,49,0.5,\n0,49,,0.625\n1,99,0.25,\n", "metrics.csv", "metrics")
    assert run.name == "metrics"
    assert run.curves["train_loss"].steps.tolist() == [49, 99]
    assert run.curves["train_loss"].epochs.tolist() == [0, 1]
    assert run.curves["val_loss"].values.tolist() == [0.625]
    (keras,) = read_csv(b"epoch,accuracy\n0,0.5\n1,0.75\n", "log.csv", "log")
    assert keras.curves["accuracy"].steps.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"a,b\n1,2\n", "no table of curves"),
        (b"step,loss\n1,high\n", "line 2 cannot be read: loss is 'high', no number"),
        (b"step,loss\n1.5,2\n", "line 2 cannot be read: step is '1.5', no count"),
        (b"step,loss\n1,2\n2\n", "line 3 cannot be read: it has 1 cells, the first line has 2"),
        (b"metric,step,value\n,1,2\n", "line 2 cannot be read: it names no metric"),
        (b'step,loss\n1,"2', "line 2 cannot be read"),
        (b"step,\xff\n", "no UTF-8 text: byte 5 is wrong"),
    ],
)
def test_csv_that_cannot_be_read_is_told_with_its_line(text: bytes, said: str) -> None:
    with pytest.raises(ImportRefusedError) as refused:
        read_csv(text, "table.csv", "table")
    assert said in refused.value.message
