using System.Globalization;
using Tessera.ServiceDefaults;
using Tessera.Users.Pages;

namespace Tessera.Users.Texts;

/// <summary>The texts of the account pages in one language.</summary>
internal sealed class Words : LanguageTexts
{
    // Users runs without the data of cultures, so that names of months are texts as any other.
    private Words(ReaderLanguage language)
        : base(language, CultureInfo.InvariantCulture)
    {
    }

    public static IReadOnlyList<Words> All { get; } = [.. ReaderLanguage.All.Select(each => new Words(each))];

    /// <summary>What programs are answered in.</summary>
    public static Words Default => All[0];

    public static Words Of(HttpRequest request)
    {
        var tag = ReaderLanguage.Of(request).Tag;
        return All.First(words => words.Language == tag);
    }

    public string Say(Wording wording) => Format(wording.Key, wording.Values);

    /// <summary>Of a page; one whose form is refused says so first.</summary>
    public string Title(string key, PageForm? form = null) =>
        Format(form is null or { IsGood: true } ? "title" : "title.fault", this[key]);

    /// <summary>A text around what is marked up, a name or a link.</summary>
    public (string Before, string After) Around(string key)
    {
        var parts = this[key].Split("{0}");
        return (parts[0], parts[1]);
    }

    public string Day(DateTimeOffset at) => Format("day", at.Day, this[$"month.{at.Month}"], at.Year);

    public string Moment(DateTimeOffset at) =>
        Format("moment", Day(at), at.ToString("HH:mm", CultureInfo.InvariantCulture));
}
