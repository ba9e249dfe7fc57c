using System.Text.Encodings.Web;
using Tessera.ServiceDefaults;

namespace Tessera.Users.Pages;

/// <summary>Where to go after a page is done with: to a page of this address, never to another host.</summary>
internal static class ReturnUrl
{
    public const string Parameter = "returnUrl";

    /// <summary>What the request says, if that is a page here; else null.</summary>
    public static string? Of(HttpContext context) => Checked(context.Request.Query[Parameter].ToString());

    public static string? Checked(string? url) => LocalPath.Checked(url);

    public static string AddTo(string page, string? url) =>
        Checked(url) is { } good ? $"{page}?{Parameter}={UrlEncoder.Default.Encode(good)}" : page;
}
