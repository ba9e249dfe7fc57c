using System.Buffers.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Tessera.ServiceDefaults;

/// <summary>What a token's text must say to be read in one way only. The library that checks signatures takes the last
/// of two members of one name and a number in quotes; the next reader may take the first, or none.</summary>
internal static class TokenShape
{
    private static readonly JsonDocumentOptions strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };
    private static readonly string[] times = ["exp", "nbf", "iat"];
    private static readonly string[] texts = ["iss", "sub"];

    /// <summary>Why the token is refused, or null.</summary>
    public static string? FaultOf(JsonWebToken token)
    {
        try
        {
            using var header = Read(token.EncodedHeader);
            using var claims = Read(token.EncodedPayload);
            return FaultOf(header.RootElement, claims.RootElement);
        }
        catch (Exception unreadable) when (unreadable is JsonException or FormatException)
        {
            return "it is malformed or says something twice";
        }
    }

    private static string? FaultOf(JsonElement header, JsonElement claims)
    {
        if (header.ValueKind != JsonValueKind.Object || claims.ValueKind != JsonValueKind.Object)
            return "it is malformed";
        // RFC 7515 §4.1.11: what must be understood and is not understood is refused; no extension is understood here.
        if (header.TryGetProperty("crit", out _)) return "it needs an extension that is not known";
        foreach (var name in times)
        {
            if (claims.TryGetProperty(name, out var time) && time.ValueKind != JsonValueKind.Number)
                return $"its {name} is no number";
        }
        foreach (var name in texts)
        {
            if (claims.TryGetProperty(name, out var text) && text.ValueKind != JsonValueKind.String)
                return $"its {name} is no text";
        }
        return null;
    }

    private static JsonDocument Read(string encoded) => JsonDocument.Parse(Base64Url.DecodeFromChars(encoded), strict);
}
