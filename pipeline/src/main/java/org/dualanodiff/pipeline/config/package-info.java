/**
 * The typed configuration: HOCON files, environment, system properties and command-line settings become one
 * {@link org.dualanodiff.pipeline.config.PipelineConfig}, validated whole.
 *
 * <p>A new setting has one line in {@code DeclaredSettings} (name, values, what it changes), its default and meaning in
 * {@code dualanodiff-reference.conf}, and its place in the record of its block.
 */
package org.dualanodiff.pipeline.config;
