/** The demonstration: everything from sample data to a page of pairs, without a question. */
package org.dualanodiff.jobs.demo;
