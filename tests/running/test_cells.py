"""The plan: every cell that was asked for, and why some cannot run."""

from __future__ import annotations

from harness.backends import load_backend
from harness.running.cells import Cell, plan, shard, spread
from properties.laws import laws
from tests.running.toy import Toy

LAWS = laws()


def gaps(law: str, op: str, dtype: str = "float64") -> str:
    [cell] = plan(Toy(), "toy", laws=[LAWS[law]], ops=[op], devices=["cpu"], dtypes=[dtype])
    return cell.unsupported


def test_plan_keeps_a_cell_that_can_run():
    assert gaps("vjp-eq-fd", "exp") == ""


def test_plan_says_which_capability_is_missing():
    assert gaps("jvp-eq-fd", "exp") == "backend toy does not offer 'jvp'."


def test_plan_says_which_op_is_missing():
    assert gaps("vjp-eq-fd", "log") == "backend toy has no op 'log'."


def test_plan_says_which_dtype_is_missing():
    assert gaps("vjp-eq-fd", "exp", "float16") == "backend toy has no float16 on cpu."


def test_plan_says_which_feature_the_tape_lacks_before_a_case_is_drawn():
    backend = load_backend("torch")
    [cell] = plan(backend, "torch", laws=[LAWS["cross-device-accumulate"]], ops=["tape"], devices=["cpu"], dtypes=["float64"])
    lacks = "devices" not in backend.tape("cpu").features
    assert cell.unsupported == ("the tape of torch lacks the feature devices." if lacks else "")
    [cell] = plan(load_backend("reference"), "reference", laws=[LAWS["cross-device-accumulate"]], ops=["tape"], devices=["cpu"], dtypes=["float64"])
    assert cell.unsupported == ""


def test_plan_gives_a_tape_law_one_cell_and_an_op_law_none_of_it():
    cells = plan(Toy(), "toy", laws=[LAWS["accumulate-adds"], LAWS["vjp-eq-fd"]], ops=["exp", "program", "tape"], devices=["cpu"], dtypes=["float64"])
    assert [(cell.law, cell.op) for cell in cells] == [("vjp-eq-fd", "exp"), ("vjp-eq-fd", "program"), ("accumulate-adds", "tape")]


def test_plan_puts_the_laws_of_one_op_next_to_each_other():
    cells = plan(Toy(), "toy", laws=[LAWS["vjp-eq-fd"], LAWS["vjp-zero"]], ops=["exp", "sum"], devices=["cpu"], dtypes=["float64"])
    assert [cell.op for cell in cells] == ["exp", "exp", "sum", "sum"]


def test_cell_id_names_law_op_dtype_device_and_backend():
    assert Cell("vjp-eq-fd", "exp", "float32", "cuda:0", "torch").id == "vjp-eq-fd/exp/float32/cuda:0/torch"


def test_shards_share_out_every_cell_once():
    cells = plan(Toy(), "toy", laws=[LAWS["vjp-eq-fd"]], ops=["exp", "sum", "multiply", "program", "log"], devices=["cpu"], dtypes=["float64"])
    parts = [shard(cells, i, 3) for i in (1, 2, 3)]
    assert sorted(cell.id for part in parts for cell in part) == sorted(cell.id for cell in cells)
    assert {len(part) for part in parts} == {1, 2}


def test_plan_gives_a_law_cells_of_the_ops_that_it_names_alone():
    cells = plan(Toy(), "toy", laws=[LAWS["no-hidden-tf32"]], ops=["exp", "matmul", "program", "tape"], devices=["cpu"], dtypes=["float64"])
    assert [cell.op for cell in cells] == ["matmul"]


def cells_of_many_ops() -> list[Cell]:
    return [
        Cell(law, f"op{i}", dtype, "cpu", "toy") for dtype in ("float64", "float32", "complex128") for i in range(40) for law in ("first", "second")
    ]


def test_spread_keeps_every_cell_and_the_laws_of_one_op_together():
    cells = cells_of_many_ops()
    mixed = spread(cells, 3)
    assert sorted(cell.id for cell in mixed) == sorted(cell.id for cell in cells)
    assert [cell.law for cell in mixed] == ["first", "second"] * (len(cells) // 2)
    assert [(cell.op, cell.dtype) for cell in mixed[::2]] == [(cell.op, cell.dtype) for cell in mixed[1::2]]


def test_spread_begins_with_every_dtype_and_ops_of_the_whole_plan():
    begun = spread(cells_of_many_ops(), 3)[:40]
    assert {cell.dtype for cell in begun} == {"float64", "float32", "complex128"}
    assert min(int(cell.op[2:]) for cell in begun) < 10
    assert max(int(cell.op[2:]) for cell in begun) >= 30


def test_spread_is_another_order_for_another_seed_and_the_same_for_the_same():
    cells = cells_of_many_ops()
    assert spread(cells, 3) == spread(cells[::-1][::-1], 3) != spread(cells, 4)
