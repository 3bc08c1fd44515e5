package org.dualanodiff.pipeline.export;

import java.io.Serializable;

/** One part of an export to be written. */
public record ExportTask(ExportPart part, ExportFormat format, ClassNames classes) implements Serializable {}
