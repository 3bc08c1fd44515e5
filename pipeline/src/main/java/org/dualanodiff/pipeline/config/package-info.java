/**
 * The typed configuration: HOCON files, environment, system properties and command-line settings become one
 * {@link org.dualanodiff.pipeline.config.PipelineConfig}, validated whole.
 *
 * <p>A new setting touches three places: {@code dualanodiff-reference.conf} (default and meaning), its record in
 * {@code PipelineConfig}, and one line in {@code ConfigRules}.
 */
package org.dualanodiff.pipeline.config;
