#!/usr/bin/env bash
# Unpacks a release in an empty folder and runs the main job there, with nothing on the path but the usual tools and a JRE.
#
# usage: try_release.sh ARCHIVE [JRE]
#
# JRE: its folder; without it, jlink of the JDK on the path makes one.
set -euo pipefail
archive=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

jre=${2:-}
if [[ -z $jre ]]; then
    jre=$folder/jre
    # What a JRE has and a plain java.se lacks: sun.misc.Unsafe, elliptic curves for TLS, zip file systems.
    jlink --add-modules java.se,jdk.unsupported,jdk.crypto.ec,jdk.zipfs,jdk.management,jdk.security.auth,jdk.net \
        --strip-debug --output "$jre"
fi
mkdir "$folder/tools" "$folder/home" "$folder/empty"
for tool in bash cat dirname env find grep head id ls nproc readlink rm sed tail tr uname; do
    ln -s "$(command -v "$tool")" "$folder/tools/$tool"
done
tar -xzf "$archive" -C "$folder/empty"
cd "$folder/empty"/*
ls

run() {
    env -i PATH="$folder/tools:$jre/bin" HOME="$folder/home" DUALANODIFF_CACHE="$folder/cache" bin/dualanodiff "$@"
}

run --version
# A few steps make parts of little contrast, so masks start low.
run augment --config conf/local.conf --set store="$folder/store" --set run.id=night --set training.steps=2 \
    --set generation.steps=4 --set generation.samples-per-defect=1 --set mask.low=0.1 --set mask.high=0.15 \
    --set mask.min-area=1 --set mask.opening-radius=0
run verify --store "$folder/store"
run publish --store "$folder/store" --name defects --run night
du -sh "$archive" .
"$jre/bin/java" -version
echo "ok: the release runs"
