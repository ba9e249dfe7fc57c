namespace Tessera.Ops.Calling;

/// <summary>The part of an address that says what of a list is meant.</summary>
internal static class QueryText
{
    /// <summary>The parts that have a value; nothing at all when none has.</summary>
    /// <param name="first">What stands before the first of them: <c>?</c> or <c>&amp;</c>.</param>
    public static string Of(string first, params (string Name, string? Value)[] parts)
    {
        var text = string.Join('&', parts.Where(part => part.Value is not null)
            .Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}"));
        return text.Length == 0 ? "" : first + text;
    }
}
