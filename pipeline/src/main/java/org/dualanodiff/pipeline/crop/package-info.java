/** Square windows of photographs: around real defects to learn from, and in good images to make new ones in. */
package org.dualanodiff.pipeline.crop;
