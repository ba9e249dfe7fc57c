using Tessera.Releasing.Comparing;

namespace Tessera.Releasing.Tests.Comparing;

/// <summary>One change of a shape: the rule that catches it, and in which directions.</summary>
/// <param name="Rule">Which catches it.</param>
/// <param name="Breaks">Where it does; in the other directions it passes.</param>
internal sealed record ShapeSample(string Rule, string Before, string Now, params Direction[] Breaks)
{
    public override string ToString() => $"{Rule}: {Before} -> {Now}";
}

/// <summary>The table of what breaks whom. <c>R</c>: clients of before send it. <c>A</c>: clients of before are
/// answered it. <c>S</c>: an event, which is read by those of before and stored for those of now.</summary>
internal static class ShapeSamples
{
    private const Direction R = Direction.Request, A = Direction.Response, S = Direction.Stored;

    public static readonly ShapeSample[] Caught =
    [
        new("required-added", "{a!:int}", "{a!:int,b!:int}", R, S),
        new("property-removed", "{a!:int,b!:int}", "{a!:int}", A, S),
        new("property-removed", "closed{a!:int,b:int}", "closed{a!:int}", R),
        new("became-optional", "{a!:int}", "{a:int}", A, S),
        new("became-required", "{a:int}", "{a!:int}", R, S),
        new("type-changed", "{a!:int}", "{a!:text}", R, A, S),
        new("type-changed", "{a!:any}", "{a!:int}", R, S),
        new("type-changed", "{a!:any}", "{a!:{b:int}}", R, S),
        new("type-changed", "{a!:int}", "{a!:any}", R, A, S),
        new("type-changed", "{a!:[int]}", "{a!:[text]}", R, A, S),
        new("type-changed", "{a!:mapint}", "{a!:maptext}", R, A, S),
        new("property-removed", "{a!:map{b!:int,c!:int}}", "{a!:map{b!:int}}", A, S),
        new("format-changed", "{a!:text/uuid}", "{a!:text}", R, A, S),
        new("enum-value-added", "{a!:one|two}", "{a!:one|two|three}", A, S),
        new("enum-value-removed", "{a!:one|two}", "{a!:one|}", R, S),
        new("enum-closed", "{a!:text}", "{a!:one|two}", R, S),
        new("null-allowed", "{a!:int}", "{a!:int?}", A, S),
        new("null-forbidden", "{a!:int?}", "{a!:int}", R, S),
        new("bound-tightened", "{a!:int<=50}", "{a!:int<=20}", R, S),
        new("bound-loosened", "{a!:int<=20}", "{a!:int<=50}", A, S),
        new("pattern-changed", "{a!:text~^a}", "{a!:text~^b}", R, S),
        new("branch-added", "{a!:(int,text)}", "{a!:(int,text,bool)}", A, S),
        new("branch-removed", "{a!:(int,text,bool)}", "{a!:(int,text)}", R, S),
        new("default-changed", "{a:int=20}", "{a:int=200}", R),
        new("default-changed", "{a:bool=false}", "{a:bool}", R),
        new("default-changed", "{a:bool}", "{a:bool=true}", R),
        new("type-changed", "{a!:list}", "{a!:[int]}", R, S),
        new("type-changed", "{a!:[int]}", "{a!:list}", R, A, S),
        new("type-changed", "{a!:object}", "{a!:mapint}", R, S),
        new("type-changed", "{a!:mapint}", "{a!:object}", R, A, S),
        new("object-closed", "{a!:mapint}", "{a!:closed{}}", R, S),
        new("object-closed", "{a!:object}", "{a!:closed{b:int}}", R, S),
        new("object-closed", "{a!:int}", "closed{a!:int}", R, S),
    ];

    /// <summary>What nobody feels, in any direction.</summary>
    public static readonly ShapeSample[] Passing =
    [
        new("", "{a!:int}", "{a!:int,b:int}"),
        new("", "{a!:int,b:int}", "{b:int,a!:int}"),
        new("", "{a!:int?}", "{a!:int?}"),
        new("", "{a!:one|two}", "{a!:two|one}"),
        new("", "{a!:map{b!:int}}", "{a!:map{b!:int,c:int}}"),
        new("", "{a!:any}", "{a!:any}"),
        new("", "{a!:list}", "{a!:[any]}"),
        new("", "{a!:object}", "{a!:mapany}"),
        new("", "{a:int=20}", "{a:int=20,b:int=3}"),
        new("", "{a!:{b!:text/uuid}}", "{a!:{b!:text/uuid,c:int}}"),
    ];
}
