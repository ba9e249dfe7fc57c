using System.Text.Json;
using Tessera.Cli.Logs;

namespace Tessera.Cli.Shop;

/// <summary>What the gateway said in the end.</summary>
internal sealed record Answer(int Status, byte[] Body, TimeSpan? RetryAfter)
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The same request may succeed later: the server is busy, starting or away.</summary>
    public bool MayHelpToRetry => Status is 408 or 429 or >= 500;

    /// <summary>The server understood and will not have this, now or later; something else it may take.</summary>
    public bool IsAboutContent => Status is 400 or 404 or 409 or 413 or 422;

    /// <summary>Something else was done under the request's Idempotency-Key before.</summary>
    public bool IsKeyUsed => Status == 422 && Member("code") == "idempotency-key-used";

    public T Read<T>() => JsonSerializer.Deserialize<T>(Body, _json)
        ?? throw new UserError("The gateway answered with an empty document.");

    /// <summary>What it says whatever its status; null when that is something else.</summary>
    public T? ReadOrNull<T>()
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(Body, _json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The problem document in one line.</summary>
    public string Problem()
    {
        try
        {
            using var document = JsonDocument.Parse(Body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return $"HTTP {Status}";
            string[] names = ["detail", "error_description", "title", "error"];
            var text = names
                .Select(name => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                    ? value.GetString()
                    : null)
                .FirstOrDefault(value => !string.IsNullOrEmpty(value));
            return PlainLine.Of(
                $"HTTP {Status}: {text ?? "no explanation"}{FieldErrors(root)}".ReplaceLineEndings(" "));
        }
        catch (JsonException)
        {
            return $"HTTP {Status}";
        }
    }

    private string? Member(string name)
    {
        try
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                    ? value.GetString()
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string FieldErrors(JsonElement root)
    {
        if (!root.TryGetProperty("errors", out var errors) || errors.ValueKind != JsonValueKind.Object) return "";
        var fields = errors.EnumerateObject().Take(3).Select(field => $"{field.Name}: {field.Value}");
        return $" ({string.Join("; ", fields)})";
    }
}
