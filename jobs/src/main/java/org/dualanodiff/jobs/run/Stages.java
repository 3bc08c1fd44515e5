package org.dualanodiff.jobs.run;

/** Which parts of the main job a command runs; each builds on what the store has. */
public enum Stages {
    NONE(false, false),
    TRAIN(true, false),
    GENERATE(false, true),
    ALL(true, true);

    private final boolean train;
    private final boolean generate;

    Stages(boolean train, boolean generate) {
        this.train = train;
        this.generate = generate;
    }

    boolean train() {
        return train;
    }

    boolean generate() {
        return generate;
    }
}
