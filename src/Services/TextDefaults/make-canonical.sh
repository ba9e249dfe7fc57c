#!/bin/sh
# Makes Canonical.txt of a folder with the Unicode Character Database (https://www.unicode.org/Public/UCD/latest/ucd/):
#   ./make-canonical.sh FOLDER > Canonical.txt
# Hangul syllables are computed, not listed.
ucd=${1:?the folder that holds UnicodeData.txt and DerivedNormalizationProps.txt}
version=$(sed -n '1s/# DerivedNormalizationProps-\(.*\)\.txt.*/\1/p' "$ucd/DerivedNormalizationProps.txt")
cat <<TEXT
# Canonical combining classes, decompositions and compositions of Unicode $version, made by make-canonical.sh.
# code point ; class ; decomposition ; "!" when it is never made by composition
# Copyright © 1991-2022 Unicode, Inc. Unicode-3.0 licence: https://www.unicode.org/license.txt
# Permission is granted to anybody to use, copy, change and distribute these data files, as long as this notice goes
# with them. They come as they are, without any warranty.
TEXT
{
    grep 'Full_Composition_Exclusion' "$ucd/DerivedNormalizationProps.txt" | sed 's/[ ;].*//' |
        awk -F'[.][.]' '{ print "range;" $1 ";" (NF > 1 ? $2 : $1) }'
    cat "$ucd/UnicodeData.txt"
} | perl -F';' -ane '
    if ($F[0] eq "range") { chomp $F[2]; $excluded{$_} = 1 for hex $F[1] .. hex $F[2]; next }
    my $parts = $F[5] =~ /</ ? "" : $F[5];
    next if $F[3] eq "0" && $parts eq "";
    print join(";", $F[0], $F[3], $parts, $excluded{hex $F[0]} && $parts ne "" ? "!" : ""), "\n";'
