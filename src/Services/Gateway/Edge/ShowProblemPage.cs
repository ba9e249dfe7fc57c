using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.Net.Http.Headers;
using Tessera.ServiceDefaults;

namespace Tessera.Gateway;

/// <summary>What the gateway itself has to say to a person at a browser: that pages or the sign-in are away, or that it
/// was too much at once, in the language that they read the shop in. A program gets the same as a problem document.
/// </summary>
internal sealed class ShowProblemPage : IProblemDetailsWriter
{
    private const string Style =
        "body{font:100%/1.55 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1.25rem;" +
        "color:#1d2527;background:#f6f4f0}a{color:#0b5a63}small{color:#566164}" +
        "@media(prefers-color-scheme:dark){body{color:#ecefee;background:#14191a}a{color:#7fd0cc}small{color:#a9b3b5}}";

    private static readonly string digest = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));

    private static readonly string policy =
        $"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public bool CanWrite(ProblemDetailsContext context)
    {
        var request = context.HttpContext.Request;
        return !request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
            && request.GetTypedHeaders().Accept.Any(type =>
                type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase) && type.Quality is null or > 0);
    }

    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var response = context.HttpContext.Response;
        response.StatusCode = context.ProblemDetails.Status ?? response.StatusCode;
        response.Headers.ContentSecurityPolicy = policy;
        response.Headers[HeaderNames.CacheControl] = "no-store";
        response.ContentType = "text/html; charset=utf-8";
        var texts = PageTexts.Of(context.HttpContext.Request);
        var key = response.StatusCode switch
        {
            StatusCodes.Status429TooManyRequests => "busy",
            StatusCodes.Status404NotFound => "unknown",
            >= 500 => "away",
            _ => "refused",
        };
        // Written for whoever made the request, in English: a page that is away is nobody's mistake.
        var detail = response.StatusCode < 500 ? context.ProblemDetails.Detail ?? "" : "";
        var html = HtmlEncoder.Create(UnicodeRanges.All);
        return new ValueTask(response.WriteAsync(
            $"""
            <!doctype html>
            <html lang="{texts.Language}"><head><meta charset="utf-8"><title>{Said(key + ".title")} – Tessera</title>
            <meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
            <style>{Style}</style></head>
            <body><main><h1>{Said(key + ".title")}</h1>
            <p data-test="fault">{Said(key)}</p>
            <p><a href="">{Said("again")}</a> &#160; <a href="/">{Said("shop")}</a></p>
            <p><small>{response.StatusCode} · {html.Encode(Problems.TraceIdOf(context.HttpContext))}</small></p>
            <p lang="en"><small>{html.Encode(detail)}</small></p>
            </main></body></html>
            """, context.HttpContext.RequestAborted));

        string Said(string of) => html.Encode(texts[of]);
    }
}
