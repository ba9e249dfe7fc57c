using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Tessera.ServiceDefaults;

/// <summary>Turns what the framework could not bind into a problem that says where the request is wrong.</summary>
internal sealed class RefuseBadRequests : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken stop)
    {
        if (exception is BadHttpRequestException bad) await context.WriteProblem(bad.StatusCode, Describe(bad));
        else if (IsBadChunk(exception)) await context.WriteProblem(400, "The body's chunks are not as RFC 9112 says.");
        else return false;
        return true;
    }

    /// <summary>For a chunk of an impossible size Kestrel has another exception than for all else that is wrong.
    /// </summary>
    private static bool IsBadChunk(Exception exception) =>
        exception is IOException && exception.Message.StartsWith("Bad chunk size data", StringComparison.Ordinal);

    internal static string Describe(BadHttpRequestException bad) => bad switch
    {
        { InnerException: JsonException json } => Describe(json),
        { StatusCode: StatusCodes.Status413PayloadTooLarge } => "The request body is larger than is allowed here.",
        { StatusCode: StatusCodes.Status415UnsupportedMediaType } =>
            "The request body must be JSON: application/json in UTF-8.",
        { StatusCode: StatusCodes.Status408RequestTimeout } => "The request body came too slowly.",
        _ when bad.Message.Contains("no body was provided", StringComparison.Ordinal) =>
            "The request needs a JSON body.",
        _ => bad.Message,
    };

    private static string Describe(JsonException json)
    {
        var where = json.Path is { Length: > 1 } path ? $"At {path}" : "The request body";
        if (json.LineNumber is { } line) where += $" (line {line + 1}, byte {json.BytePositionInLine + 1})";
        var what = json.Message switch
        {
            _ when json.ToString().Contains("UTF-8", StringComparison.Ordinal) => "the text is not valid UTF-8",
            var text when text.StartsWith("The JSON value could not", StringComparison.Ordinal) =>
                "the value is of the wrong type or form",
            var text when text.Contains("could not be mapped to any", StringComparison.Ordinal) =>
                "the member is not known",
            var text when text.Contains("doesn't allow null", StringComparison.Ordinal)
                || text.Contains("null value", StringComparison.Ordinal) => "the value must not be null",
            var text when text.Contains("uplicate", StringComparison.Ordinal) => "the member is there twice",
            var text => CutPosition(text),
        };
        return $"{where}: {what.TrimEnd('.')}.";
    }

    private static string CutPosition(string message)
    {
        var cut = message.IndexOf(" Path:", StringComparison.Ordinal);
        if (cut < 0) cut = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return cut < 0 ? message : message[..cut];
    }
}
