package org.dualanodiff.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Three storeys, one direction, and inside each no packages in a circle; see docs/ARCHITECTURE.md. */
@AnalyzeClasses(packages = "org.dualanodiff", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule storeys_dependDownwardsOnly = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("jobs")
            .definedBy("org.dualanodiff.jobs..")
            .layer("pipeline")
            .definedBy("org.dualanodiff.pipeline..")
            .layer("model-core")
            .definedBy("org.dualanodiff.model..")
            .whereLayer("jobs")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("pipeline")
            .mayOnlyBeAccessedByLayers("jobs");

    @ArchTest
    static final ArchRule spark_isUsedInJobsOnly = noClasses()
            .that()
            .resideOutsideOfPackage("org.dualanodiff.jobs..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.spark..");

    @ArchTest
    static final ArchRule engine_isUsedInModelCoreOnly = noClasses()
            .that()
            .resideInAnyPackage("org.dualanodiff.jobs..", "org.dualanodiff.pipeline..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl..");

    @ArchTest
    static final ArchRule hadoop_isNotUsedInModelCore = noClasses()
            .that()
            .resideInAPackage("org.dualanodiff.model..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.hadoop..");

    @ArchTest
    static final ArchRule packagesOfModelCore_dependOnOneAnotherInOneDirection =
            slices().matching("org.dualanodiff.model.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesOfPipeline_dependOnOneAnotherInOneDirection =
            slices().matching("org.dualanodiff.pipeline.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesOfJobs_dependOnOneAnotherInOneDirection =
            slices().matching("org.dualanodiff.jobs.(*)..").should().beFreeOfCycles();
}
