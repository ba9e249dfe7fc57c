using Tessera.ServiceDefaults;

namespace Tessera.Web.Pages;

internal static class SetLanguage
{
    public static async Task<IResult> Handle(HttpContext context, CancellationToken stop)
    {
        var form = await context.Request.ReadFormAsync(stop);
        ReaderLanguage.Find(form["language"])?.KeepIn(context);
        return SeeOther.To(LocalPath.Of(form["back"]));
    }
}
