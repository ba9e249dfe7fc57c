using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Tessera.ServiceDefaults;

/// <summary>Where a page ended, for the next one to go on: the sort key of its last row, opaque to clients. Rows that
/// come or go meanwhile move nothing, as they would move the pages of a numbering.</summary>
/// <remarks>A cursor is no secret and no permission: whose rows are read is asked of the token.</remarks>
public sealed record Cursor(IReadOnlyList<string> Key)
{
    public const int LengthMax = 2_000;

    public static string Of(params string[] key) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(key));

    /// <summary>A page of the rows, and the cursor of its last one if there are more.</summary>
    /// <param name="rows">Read with one more than the page holds, to know.</param>
    public static (IReadOnlyList<T> Items, string? Next) Page<T>(
        IReadOnlyList<T> rows, int size, Func<T, string> cursorOf) =>
        rows.Count <= size ? (rows, null) : ([.. rows.Take(size)], cursorOf(rows[size - 1]));

    /// <summary>Reads what a page gave as <c>next</c>; a minimal API binds its parameters by this.</summary>
    public static bool TryParse(string? text, IFormatProvider? provider, [NotNullWhen(true)] out Cursor? cursor)
    {
        cursor = null;
        if (text is null or "" || text.Length > LengthMax || !Base64Url.IsValid(text)) return false;
        try
        {
            var key = JsonSerializer.Deserialize<string[]>(Base64Url.DecodeFromChars(text));
            if (key is not { Length: > 0 }) return false;
            if (key.Any(part => part is null || PlainText.FaultOf(part) is not null)) return false;
            cursor = new Cursor(key);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <exception cref="BadHttpRequestException">The cursor is of another list.</exception>
    public string[] Parts(int count) => Key.Count == count ? [.. Key] : throw Foreign();

    /// <inheritdoc cref="Parts"/>
    public Guid AsGuid() => Key is [var id] && Guid.TryParse(id, out var guid) ? guid : throw Foreign();

    /// <summary>What is thrown for a cursor of another list.</summary>
    public static BadHttpRequestException Foreign() => new(
        "The cursor of the page is of another list; use what a page of this one gave as next.");
}
