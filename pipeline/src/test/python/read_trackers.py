"""Reads what export-training wrote by the trackers' own packages, and prints it a line each.

read_trackers.py tensorboard FOLDER
read_trackers.py mlflow ADDRESS
"""

import pathlib
import sys


def tensorboard(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    for file in sorted(pathlib.Path(folder).rglob("events.out.tfevents.*")):
        unit = file.parent.relative_to(folder)
        events = EventAccumulator(str(file.parent), size_guidance={"scalars": 0, "images": 0})
        events.Reload()
        tags = events.Tags()
        for tag in sorted(tags["scalars"]):
            scalars = events.Scalars(tag)
            print(unit, tag, len(scalars), "steps", scalars[0].step, "to", scalars[-1].step, "last %.6g" % scalars[-1].value)
            times = [scalar.wall_time for scalar in scalars]
            assert times == sorted(times), times
        for tag in sorted(tags["images"]):
            for image in events.Images(tag):
                print(unit, tag, "after", image.step, image.width, "x", image.height, len(image.encoded_image_string), "bytes")
    print("done")


def mlflow(address):
    from mlflow import MlflowClient

    client = MlflowClient(address)
    experiment = client.get_experiment_by_name("dualanodiff")
    for run in client.search_runs([experiment.experiment_id]):
        print("run", run.info.run_name, run.info.status)
        for key, value in sorted(run.data.params.items()):
            print("param", key, value)
        for key, value in sorted(run.data.tags.items()):
            print("tag", key, value)
        for key in sorted(run.data.metrics):
            history = client.get_metric_history(run.info.run_id, key)
            print("metric", key, len(history), "steps", history[0].step, "to", history[-1].step, "last %.6g" % history[-1].value)
        show_artifacts(client, run.info.run_id, None)


def show_artifacts(client, run, folder):
    for file in client.list_artifacts(run, folder):
        if file.is_dir:
            show_artifacts(client, run, file.path)
        else:
            print("artifact", file.path, file.file_size, "bytes")


if __name__ == "__main__":
    {"tensorboard": tensorboard, "mlflow": mlflow}[sys.argv[1]](sys.argv[2])
