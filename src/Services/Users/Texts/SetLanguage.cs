using Tessera.ServiceDefaults;
using Tessera.Users.Pages;

namespace Tessera.Users.Texts;

/// <summary>POST /account/language, from the footer of every page: the same choice as the storefront's.</summary>
internal static class SetLanguage
{
    public const string Language = "language";
    public const string Back = "back";

    public static async Task<IResult> Handle(HttpContext context, CancellationToken stop)
    {
        var form = await PageForm.ReadAsync(context, stop);
        ReaderLanguage.Find(form[Language])?.KeepIn(context);
        return SeeOther.To(ReturnUrl.Checked(form[Back]) ?? AccountPages.Overview);
    }
}
