package org.dualanodiff.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartupTest {

    @ParameterizedTest
    @CsvSource({"3.5.6, 2.12.18", "3.5.6, 2.13.8", "4.0.1, 2.13.16", "4.1.3, 2.12.20"})
    void spark_ofAnotherVersion_isNamedWithTheOneNeeded(String spark, String scala) {
        assertThat(Startup.unfitSpark(spark, scala))
                .hasValue("this is Spark %s with Scala %s; 4.1 with 2.13 is needed: set SPARK_HOME to it, or unset it"
                        .formatted(spark, scala));
    }

    @ParameterizedTest
    @CsvSource({"4.1.3, 2.13.17", "4.1.0-preview2, 2.13.16", "4.2.0, 2.13.18", "'', ''"})
    void spark_ofThisVersionOrANewerMinor_fits(String spark, String scala) {
        assertThat(Startup.unfitSpark(spark, scala)).isEmpty();
    }

    @Test
    void java_ofThisYearOnHadoopOfBefore_isNamedWithWhatToSet() {
        assertThat(Startup.unfitJava(25, "3.4.2"))
                .hasValue(
                        "this is Java 25, on which Hadoop 3.4.2 does not run; Java 17 to 23 is needed: set JAVA_HOME to it");
        assertThat(Startup.unfitJava(23, "3.4.2")).isEmpty();
        assertThat(Startup.unfitJava(25, "3.4.3")).isEmpty();
        assertThat(Startup.unfitJava(25, "3.5.0")).isEmpty();
    }

    @Test
    void process_inALocaleOfOtherDigits_writesLatinOnes() {
        Locale before = Locale.getDefault(Locale.Category.FORMAT);
        Locale.setDefault(Locale.Category.FORMAT, Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            assertThat("%d".formatted(7)).isNotEqualTo("7");

            Optional<String> unfit = Startup.prepare();

            assertThat(unfit).isEmpty();
            assertThat("%d".formatted(7)).isEqualTo("7");
        } finally {
            Locale.setDefault(Locale.Category.FORMAT, before);
        }
    }
}
