using System.Buffers;

namespace Tessera.TextDefaults;

/// <summary>What a W3C <c>traceparent</c> says, for whoever only shows it.</summary>
public static class TraceParents
{
    private const int TraceLength = 32;

    private static readonly SearchValues<char> hex = SearchValues.Create("0123456789abcdef");

    /// <summary>Its second part, the trace's id; null when it is none.</summary>
    public static string? TraceOf(string? parent) =>
        parent?.Split('-') is [_, { Length: TraceLength } trace, ..] && !trace.AsSpan().ContainsAnyExcept(hex)
            ? trace
            : null;
}
