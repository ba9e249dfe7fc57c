using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Tessera.ServiceDefaults;

/// <summary>The client's name for one attempt to change something, so that its retries change it once.</summary>
public static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";
    public const int LengthMax = 128;

    /// <summary>Stands in the refusal of another request under a used key, as its member <c>code</c>: for programs,
    /// which cannot tell it from other refusals of the same status by their words.</summary>
    public static readonly IReadOnlyDictionary<string, object?> UsedCode =
        new Dictionary<string, object?> { ["code"] = "idempotency-key-used" };

    // What a request leaves out, and members that came into the shape later, leave no trace; nor does the order in
    // which the shape lists its members. So a retry is known as one by a newer version too.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver().WithAddedModifier(SortMembers),
    };

    public static bool IsUsable([NotNullWhen(true)] string? key, [NotNullWhen(false)] out string? refusal)
    {
        refusal = key switch
        {
            null or "" =>
                $"The header {Header} is missing. Send a new random value with each new request, " +
                "and the same one when you retry it.",
            { Length: > LengthMax } =>
                $"The header {Header} has {key.Length} characters; at most {LengthMax} are allowed.",
            _ when key.Any(letter => letter is < '!' or > '~') =>
                $"The header {Header} may hold visible ASCII characters only.",
            _ => null,
        };
        return refusal is null;
    }

    /// <summary>Tells another body under the same key. White space, the order of members and members that say nothing
    /// (null, false, 0) do not count.</summary>
    public static string HashOf<TRequest>(TRequest request) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, Json)));

    private static void SortMembers(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object) return;
        var sorted = type.Properties.OrderBy(member => member.Name, StringComparer.Ordinal).ToArray();
        type.Properties.Clear();
        foreach (var member in sorted) type.Properties.Add(member);
    }
}
