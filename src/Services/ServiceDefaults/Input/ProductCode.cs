using System.Text.Json;

namespace Tessera.ServiceDefaults;

/// <summary>A product's code has one form, in capital letters: <c>tea-100</c> is <c>TEA-100</c> and no product beside
/// it. Whatever a client calls <c>sku</c>, in any shape or path, is read, answered, announced in this form.</summary>
public static class ProductCode
{
    internal const string Member = "sku";

    /// <summary>The code in its one form. Letters beyond ASCII are in no code and stay as they are.</summary>
    public static string Canonical(string code) =>
        code.AsSpan().IndexOfAnyInRange('a', 'z') < 0
            ? code
            : string.Create(code.Length, code, static (capitals, text) =>
            {
                for (var at = 0; at < text.Length; at++)
                    capitals[at] = char.IsAsciiLetterLower(text[at]) ? (char)(text[at] - 'a' + 'A') : text[at];
            });

    internal sealed class Converter : PlainTextConverter
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            base.Read(ref reader, typeToConvert, options) is { } code ? Canonical(code) : null;
    }
}
