package org.dualanodiff.pipeline.report;

import java.util.List;

/**
 * A page to be read by people.
 *
 * @param subtitle one line under the title
 */
public record Report(String title, String subtitle, List<Section> sections) {
    public Report {
        sections = List.copyOf(sections);
    }
}
