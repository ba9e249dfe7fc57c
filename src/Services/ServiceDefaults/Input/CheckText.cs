using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Tessera.TextDefaults;

namespace Tessera.ServiceDefaults;

/// <summary>Refuses texts that no handler can do anything with, by the member's name: in the query and the path here,
/// in a form when it is read. Those of JSON bodies are refused as they are read. All are read in their composed form,
/// so that what looks alike is alike.</summary>
internal sealed class CheckText(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (ForeignCharsetOf(request) is { } charset)
        {
            return context.WriteProblem(StatusCodes.Status415UnsupportedMediaType,
                $"Content-Type says charset={charset}; only utf-8 is read here.");
        }
        if (context.Features.Get<IFormFeature>() is null && HasForm(request))
            context.Features.Set<IFormFeature>(new StrictForm(request));
        if (FindFault(context) is { } found)
            return context.WriteInvalid(found.Member, found.Fault);
        Compose(request);
        if (request.RouteValues.TryGetValue(ProductCode.Member, out var code) && code is string sku)
            request.RouteValues[ProductCode.Member] = ProductCode.Canonical(sku);
        return next(context);
    }

    private static string? ForeignCharsetOf(HttpRequest request)
    {
        if (request.ContentType is not { Length: > 0 } type) return null;
        if (!MediaTypeHeaderValue.TryParse(type, out var media) || !media.Charset.HasValue) return null;
        var charset = HeaderUtilities.RemoveQuotes(media.Charset);
        if (!charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)) return charset.ToString();
        if (charset.Length != media.Charset.Length)
        {
            media.Charset = charset; // ASP.NET's reader of JSON knows no charset in quotes and fails.
            request.ContentType = media.ToString();
        }
        return null;
    }

    private static bool HasForm(HttpRequest request) =>
        request.ContentType is { } type
        && (type.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            || type.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase));

    private static void Compose(HttpRequest request)
    {
        List<(string Name, string Text)>? changed = null;
        foreach (var (name, value) in request.RouteValues)
        {
            if (value is string text && ComposedText.Compose(text) is var composed && !ReferenceEquals(text, composed))
                (changed ??= []).Add((name, composed));
        }
        foreach (var (name, text) in changed ?? []) request.RouteValues[name] = text;
        if (!request.QueryString.HasValue || request.Query.All(parameter => IsComposed(parameter.Value))) return;
        request.Query = new QueryCollection(request.Query.ToDictionary(
            parameter => parameter.Key, parameter => Composed(parameter.Value), StringComparer.OrdinalIgnoreCase));
    }

    internal static bool IsComposed(StringValues texts) =>
        texts.All(text => text is null || ReferenceEquals(text, ComposedText.Compose(text)));

    internal static StringValues Composed(StringValues texts) =>
        new([.. texts.Select(text => text is null ? null : ComposedText.Compose(text))]);

    /// <summary>The client's id and secret, each of which is percent-encoded inside of the base64 (RFC 6749 §2.3.1).
    /// </summary>
    private static string? CredentialsOf(HttpRequest request)
    {
        if (request.Headers.Authorization.ToString() is not { } header
            || !header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
        var bytes = new byte[header.Length];
        return Convert.TryFromBase64String(header["Basic ".Length..].Trim(), bytes, out var length)
            ? Uri.UnescapeDataString(Encoding.UTF8.GetString(bytes, 0, length))
            : null;
    }

    private static (string Member, string Fault)? FindFault(HttpContext context)
    {
        foreach (var (name, value) in context.Request.RouteValues)
        {
            if (value is string text && PlainText.FaultOf(text) is { } fault) return (name, fault);
        }
        if (CredentialsOf(context.Request) is { } credentials && PlainText.FaultOf(credentials) is { } unreadable)
            return ("Authorization", unreadable);
        if (!context.Request.QueryString.HasValue) return null;
        foreach (var (name, values) in context.Request.Query)
        {
            if (PlainText.FaultOf(name) is { } misnamed) return ("query", "a parameter's name: " + misnamed);
            foreach (var text in values)
            {
                if (PlainText.FaultOf(text) is { } fault) return (name, fault);
            }
        }
        return null;
    }
}
