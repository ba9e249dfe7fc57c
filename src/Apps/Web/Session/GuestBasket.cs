using Microsoft.Extensions.Options;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;

namespace Tessera.Web.Session;

/// <summary>The random id of the basket of a browser that nobody has signed in at.</summary>
internal static class GuestBasket
{
    private static readonly TimeSpan kept = TimeSpan.FromDays(90);

    public static Guid? IdOf(HttpContext context) =>
        Guid.TryParseExact(context.Request.Cookies[Cookie(context).Name!], "N", out var id) ? id : null;

    public static Guid Begin(HttpContext context)
    {
        var id = new Guid(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
        var cookie = Cookie(context);
        cookie.Expiration = kept;
        context.Response.Cookies.Append(cookie.Name!, id.ToString("N"), cookie.Build(context));
        return id;
    }

    public static void Forget(HttpContext context)
    {
        var cookie = Cookie(context);
        context.Response.Cookies.Delete(cookie.Name!, cookie.Build(context));
    }

    private static CookieBuilder Cookie(HttpContext context)
    {
        var cookie = new CookieBuilder();
        SessionSetup.Configure(
            cookie, "tessera-basket", context.RequestServices.GetRequiredService<IOptions<TesseraOptions>>().Value);
        return cookie;
    }
}
