using Tessera.Users.Texts;

namespace Tessera.Users.Pages;

/// <summary>What people call the browser that says this of itself.</summary>
internal static class BrowserName
{
    // In this order: each further one says of itself what those after it say too.
    private static readonly (string Mark, string Name)[] browsers =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ];

    private static readonly (string Mark, string Name)[] systems =
    [
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];

    public static string Of(string userAgent, Words words) =>
        (Find(browsers, userAgent), Find(systems, userAgent)) switch
        {
            ({ } browser, { } system) => words.Format("browser.on", browser, system),
            ({ } browser, null) => browser,
            _ => words["browser.other"],
        };

    private static string? Find((string Mark, string Name)[] known, string userAgent) =>
        Array.Find(known, one => userAgent.Contains(one.Mark, StringComparison.Ordinal)).Name;
}
