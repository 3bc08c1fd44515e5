/** What a run is made of before any work begins: settings in the model's words, data, name. */
package org.dualanodiff.pipeline.run;
