using System.Globalization;
using Tessera.ServiceDefaults;

namespace Tessera.Gateway;

/// <summary>What stands on the gateway's own page, in one language.</summary>
internal sealed class PageTexts : LanguageTexts
{
    private static readonly PageTexts[] all = [.. ReaderLanguage.All.Select(each => new PageTexts(each))];

    private PageTexts(ReaderLanguage language)
        : base(language, CultureInfo.InvariantCulture)
    {
    }

    public static PageTexts Of(HttpRequest request)
    {
        var tag = ReaderLanguage.Of(request).Tag;
        return all.First(texts => texts.Language == tag);
    }
}
