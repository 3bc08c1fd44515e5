package org.dualanodiff.jobs.cli;

import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.tracking.MlflowExport;
import org.dualanodiff.pipeline.tracking.TensorBoardFolder;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "export-training",
        footer = "bin/dualanodiff export-training --store work/store --run ID --tensorboard logs",
        description = {
            "Writes curves and sample sheets of a run's trainings for TensorBoard or MLflow.",
            "While the run is under way, too; given again, it adds what is new.",
            "Of runs of augment and generate: train alone does not note which trainings are a run's."
        })
final class ExportTrainingCommand extends ConsoleCommand {

    @Mixin
    private Options.OfStore options;

    @Option(names = "--run", required = true, paramLabel = "ID", description = "Run whose trainings they are.")
    private String run;

    @ArgGroup(multiplicity = "1")
    private Target target;

    @Option(
            names = "--no-artifacts",
            description = "Send MLflow numbers, settings and tags only: for servers that do not take files themselves.")
    private boolean numbersOnly;

    /** Where they are written. */
    static final class Target {
        @Option(
                names = "--tensorboard",
                required = true,
                paramLabel = "FOLDER",
                description = "Folder for tensorboard --logdir: a path, hdfs:// or s3a://.")
        private String folder;

        @Option(
                names = "--mlflow",
                required = true,
                paramLabel = "ADDRESS",
                description =
                        "Tracking server, such as http://localhost:5000. Credentials come from MLFLOW_TRACKING_TOKEN,"
                                + " or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.")
        private String server;
    }

    @Override
    public Integer call() {
        PipelineConfig config = options.load();
        try (ObjectStore store = options.open(config)) {
            int written = target.server == null
                    ? tensorBoard(store, Machine.of(config.spark().conf()))
                    : new MlflowExport(store, target.server, System.getenv()).write(run, !numbersOnly);
            stdout().println(written + " trainings written");
            return ExitCode.DONE;
        }
    }

    private int tensorBoard(ObjectStore store, Machine machine) {
        try (ObjectStore folder = machine.open(target.folder)) {
            return new TensorBoardFolder(folder).write(store, run);
        }
    }
}
