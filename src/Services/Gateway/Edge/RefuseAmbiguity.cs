using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Features;
using Tessera.ServiceDefaults;

namespace Tessera.Gateway;

/// <summary>
/// Refuses what two servers in a row may read in two ways: a body of two lengths, and a path whose separators or dots
/// are hidden in escapes. What the gateway has let through under one route must not be another's path for the service.
/// </summary>
internal sealed partial class RefuseAmbiguity(RequestDelegate next)
{
    // Kestrel keeps the length here when a transfer coding overrules it.
    private const string OverruledLength = "X-Content-Length";
    private const int EscapesDeepMax = 4;

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Headers.TransferEncoding.Count > 0 && request.Headers.ContainsKey(OverruledLength))
        {
            context.Response.Headers.Connection = "close";
            return context.WriteProblem(StatusCodes.Status400BadRequest,
                "The request has both Content-Length and Transfer-Encoding.");
        }
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        return FaultOf(target) is { } fault
            ? context.WriteProblem(StatusCodes.Status400BadRequest, $"The path {fault}.")
            : next(context);
    }

    /// <summary>What is ambiguous in the path of a request target; nothing, if nothing is.</summary>
    public static string? FaultOf(string target)
    {
        var path = target.AsSpan();
        if (path.IndexOfAny('?', '#') is >= 0 and var end) path = path[..end];
        // Nearly all paths: nothing escaped, no dot, no backslash.
        if (path.IndexOfAny("%\\.") < 0 && !path.Contains("//", StringComparison.Ordinal)) return null;
        var text = path.ToString();
        var isAbsolute = text.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme
            && !text.AsSpan(0, scheme).Contains('/');
        if (isAbsolute) text = new Uri(text, UriKind.Absolute).PathAndQuery;
        var separators = text.Count(letter => letter == '/');
        for (var depth = 0; ; depth++)
        {
            if (text.Contains('\\', StringComparison.Ordinal)) return "has a backslash";
            if (text.Any(char.IsControl)) return "has a control character";
            if (text.Count(letter => letter == '/') != separators) return "has an escaped separator";
            if (text.Contains("//", StringComparison.Ordinal)) return "has an empty segment";
            if (text.Split('/').Any(IsDots)) return "has a segment of dots";
            var decoded = Uri.UnescapeDataString(text);
            if (decoded == text) return BrokenEscape().IsMatch(text) ? "has escapes that are no UTF-8" : null;
            if (depth == EscapesDeepMax) return "is escaped too often";
            text = decoded;
        }
    }

    // What is left when all that is UTF-8 has been decoded: an overlong "/" among it.
    [GeneratedRegex("%[89A-Fa-f][0-9A-Fa-f]")]
    private static partial Regex BrokenEscape();

    // "..;x" is ".." for servers that know path parameters.
    private static bool IsDots(string segment)
    {
        var name = segment.AsSpan();
        if (name.IndexOf(';') is >= 0 and var parameters) name = name[..parameters];
        return name is "." or "..";
    }
}
