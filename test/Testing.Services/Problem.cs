using System.Text.Json;

namespace Tessera.Testing.Services;

/// <summary>A problem document as a client reads it.</summary>
public sealed record Problem(
    string Type, string Title, int Status, string? Detail, string TraceId, Dictionary<string, string[]>? Errors)
{
    private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web);

    /// <summary>Reads the answer and checks what every problem document must be: of the right media type and status,
    /// with a trace id, and without anything of the code behind it.</summary>
    public static async Task<Problem> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            throw new InvalidOperationException(
                $"{(int)response.StatusCode} is no problem document: {response.Content.Headers.ContentType} {text}");
        }
        foreach (var inner in new[] { "   at ", "Exception", "System.", "Microsoft.", "Tessera." })
        {
            if (text.Contains(inner, StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"'{inner}' shows in the answer: {text}");
            }
        }
        var problem = JsonSerializer.Deserialize<Problem>(text, json)!;
        if (problem.Status != (int)response.StatusCode
            || string.IsNullOrEmpty(problem.TraceId) || string.IsNullOrEmpty(problem.Title))
        {
            throw new InvalidOperationException($"Incomplete problem document: {text}");
        }
        return problem;
    }
}
