"""How a network learns, chosen in the form: what a person sets is what the run does and what its notes say."""

from e2e.conftest import Server
from e2e.training import chain, create_network, open_training, start_training, values, wait_for_end
from playwright.sync_api import Page, expect


def test_learning_when_set_in_the_form_is_what_the_run_does(page: Page, server: Server) -> None:
    document = chain(
        "Iris",
        ("x", "Input", {"shape": [4]}),
        ("hidden", "Linear", {"out_features": 8}),
        ("norm", "BatchNorm1d", {}),
        ("act", "ReLU", {}),
        ("head", "Linear", {"out_features": 3}),
        ("scores", "Output", {}),
    )
    open_training(page, server, create_network(server, document), "iris", 4)
    drawer = page.get_by_test_id("train-drawer")
    drawer.get_by_test_id("train-optimizer").select_option("NAdam")

    # A warning stands at its field while one types, is counted beside Start, and has a way out.
    size = drawer.get_by_label("Batch size", exact=True)
    size.fill("500")
    warning = drawer.get_by_text("A batch of 500 is larger than the 135 training samples")
    expect(warning).to_be_visible()
    expect(drawer.get_by_test_id("train-warnings")).to_contain_text("1 warning stands above.")
    expect(drawer.get_by_test_id("train-start")).to_be_enabled()
    drawer.get_by_role("button", name="Set the batch size to 32").click()
    expect(size).to_have_value("32")
    expect(warning).to_have_count(0)

    top = drawer.get_by_test_id("metric-family")
    top.get_by_label("Top-k accuracy").check()
    number = top.get_by_label("k", exact=True)
    expect(number).to_have_value("2")  # of three classes
    number.fill("3")
    number.press("Tab")
    expect(top.get_by_text("The data has 3 classes: of 3 or fewer this is always 1.")).to_be_visible()
    number.fill("2")
    number.press("Tab")
    expect(top.get_by_text("The data has 3 classes")).to_have_count(0)

    regularization = drawer.get_by_test_id("train-regularization")
    regularization.locator("summary").click()
    regularization.get_by_text("No decay on norms and biases").click()
    regularization.get_by_test_id("train-averaging").select_option("SWA")
    batches = regularization.get_by_label("Batches an update", exact=True)
    batches.fill("2")
    batches.press("Tab")

    groups = drawer.get_by_test_id("train-groups")
    groups.locator("summary").click()
    groups.get_by_role("button", name="Add a group").click()
    # An empty group is refused while one types, at its field.
    expect(groups.get_by_text("Group 1 names no nodes.")).to_be_visible()
    expect(drawer.get_by_test_id("train-start")).to_be_disabled()
    groups.get_by_role("combobox", name="Nodes").click()
    page.get_by_role("option", name="hidden", exact=True).click()
    factor = groups.get_by_label("Learning rate factor", exact=True)
    factor.fill("0.5")
    factor.press("Tab")

    weights = drawer.get_by_test_id("train-initialization")
    weights.locator("summary").click()
    weights.get_by_role("button", name="Initialise otherwise").click()
    weights.get_by_test_id("train-initialization-0").select_option("kaiming_normal_")

    drawer.get_by_test_id("train-schedule").select_option("CosineAnnealingLR")
    drawer.get_by_role("button", name="Add a schedule after it").click()
    drawer.get_by_test_id("train-schedule-2").select_option("ConstantLR")
    curve = drawer.get_by_test_id("train-curve")
    expect(curve.locator("line")).to_have_count(1)  # where one hands over to the next

    run = start_training(page)
    wait_for_end(page)
    with server.client() as client:
        training = client.get(f"/api/runs/{run}").json()["training"]
        events = client.get(f"/api/runs/{run}/events?after=0").json()
    assert training["metrics"] == ["Accuracy", "Top2Accuracy"]
    # Iris has the right class among the first two sooner than first.
    assert values(server, run, "val/Top2Accuracy")[-1] >= values(server, run, "val/Accuracy")[-1]
    assert training["optimizer"]["type"] == "NAdam"
    assert training["no_decay_on_norms_and_biases"] is True
    assert training["averaging"]["type"] == "SWA"
    assert training["accumulate_steps"] == 2
    assert training["parameter_groups"][0] == {"nodes": ["hidden"], "lr_factor": 0.5, "weight_decay": None}
    assert training["initialization"][0]["type"] == "kaiming_normal_"
    assert [each["milestone"] for each in training["schedule"]["chain"]] == [2]
    hello = next(event for event in events["events"] if event["type"] == "hello")
    notes = " ".join(hello["notes"])
    assert "Initialisation: kaiming_normal_ filled 2 weight tensors." in notes
    assert "SWA: the average of the weights is validated and kept." in notes
    assert "The optimizer has 4 groups of weights" in notes
