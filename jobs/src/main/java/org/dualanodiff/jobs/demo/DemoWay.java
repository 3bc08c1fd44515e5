package org.dualanodiff.jobs.demo;

import java.util.Locale;

/** The two ways to generate. */
enum DemoWay {
    /** The model draws the whole image. */
    FREE("generated", "generated freely (the paper's way)"),
    /** The pair is made on a real good image. */
    ANCHORED("anchored", "anchored on real good images");

    private final String setting;
    private final String title;

    DemoWay(String setting, String title) {
        this.setting = setting;
        this.title = title;
    }

    /** The value of {@code generation.background}. */
    String setting() {
        return setting;
    }

    String title() {
        return title;
    }

    String run() {
        return "demo-" + name().toLowerCase(Locale.ROOT);
    }
}
