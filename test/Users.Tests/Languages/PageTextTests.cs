using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Tessera.Users.Applications;
using Tessera.Users.Contracts;
using Tessera.Users.Exporting;
using Tessera.Users.Guests;
using Tessera.Users.Pages;
using Tessera.Users.Passkeys;
using Tessera.Users.SecondFactor;
using Tessera.Users.Texts;

namespace Tessera.Users.Tests.Languages;

/// <summary>Every account page in every state that has words of its own. What stands for data begins with §.</summary>
public sealed partial class PageTextTests
{
    private static readonly DateTimeOffset at = new(2026, 3, 5, 14, 7, 0, TimeSpan.Zero);

    // The same in several languages, or names.
    private static readonly HashSet<string> alike = new(StringComparer.Ordinal)
    {
        "Tessera", "English", "Deutsch", "Français", "日本語",
        "Code", "Name", "Passkeys", "Passkeys – Tessera", "Sessions",
    };

    private static readonly Ceremony ceremony = new("§{}", "§sealed");

    private static readonly UserView account = new(
        Guid.Empty, "§ada@example.org", "§Ada", [],
        [new AddressView(Guid.Empty, "§Line1", "§Line2", "§City", "§Code", "§Country")], at);

    private static readonly RenderedPage[] pages =
    [
        Page<AccountPage>(("Account", account)),
        Page<AccountPage>(("Account", account with { Addresses = [], IsGuest = true })),
        Asks<SignInPage>(
            [
                new("signin.email.missing"), new("signin.password.missing"), new("signin.wrong"), new("signin.gone"),
                new("signin.passkey.wrong"),
            ],
            ("Back", "/connect/authorize?client_id=web&guest=1"), ("Ceremony", ceremony)),
        Asks<RegisterPage>([
            new("email.fault"), new("name.fault"), new("password.length", 10, 128), new("password.common"),
            new("password.email"), new("fault.other"),
        ]),
        Page<RegisteredPage>(),
        Asks<GuestPage>([new("email.fault"), new("name.fault")]),
        Page<SignOutPage>(), Page<SignedOutPage>(), Page<StalePage>(), Page<DeadLinkPage>(),
        Asks<ResetPage>([new("email.fault")]),
        Page<ResetAskedPage>(),
        Asks<NewPasswordPage>([new("password.common")]),
        Asks<PasswordPage>([new("change.current.missing"), new("change.new.missing"), new("change.wrong")]),
        Page<ConfirmPage>(("Form", new PageForm())),
        Page<SessionsPage>(("Sessions", new SessionView[]
        {
            new(Guid.Empty, at, at, "Firefox/140 Linux", "§192.0.2.0", true),
            new(Guid.Empty, at, at, "§", "§192.0.2.0", false),
        })),
        Page<ApplicationsPage>(("Applications", new ApplicationLine[]
        {
            new("§client", "§Client", ["openid", "§scope"], at), new("§client", "§Client", [], null),
        })),
        Page<ApplicationsPage>(),
        Asks<PasskeysPage>(
            [
                new("passkeys.name.fault", 60), new("passkeys.impossible"), new("passkeys.many", 10),
                new("passkeys.failed"),
            ],
            ("Passkeys", new PasskeyLine[] { new("§1", "§One", at, at), new("§2", "§Two", at, null) }),
            ("IsFresh", true), ("Ceremony", ceremony)),
        Asks<PasskeysPage>([], ("IsFresh", true)),
        Asks<PasskeysPage>([]),
        Asks<AddSecondFactorPage>([new("factor.add.wrong")], ("Email", "§ada@example.org"), ("Secret", "§SECRET")),
        Asks<SecondFactorPage>([new("factor.wrong")], ("IsFresh", true), ("CodesLeft", 9L)),
        Asks<SecondFactorPage>([]),
        Page<RecoveryCodesPage>(("Codes", new[] { "§abcde-fghij" })),
        Asks<CodePage>([new("code.missing"), new("code.wrong")]),
        Page<NoExportPage>(),
        Page<RefusedPage>(("Error", "§error"), ("Why", "§why")),
        Page<ConsentPage>(("Client", "§Client"), ("Back", "/"), ("Scopes", new[]
        {
            "openid", "profile", "email", "offline_access", "orders.read", "orders.write", "payments.read",
            "users.read", "users.write", "inventory.read", "§scope",
        })),
        .. new[]
        {
            new DeviceAsk(), new DeviceAsk { IsDone = true }, new DeviceAsk { IsDone = true, IsAllowed = true },
            new DeviceAsk { Client = "§Client", Code = "§1234", Scopes = ["openid"] },
            new DeviceAsk { Fault = "device.many" }, new DeviceAsk { Fault = "device.wrong" },
            new DeviceAsk { Fault = "device.gone" },
        }.Select(ask => Page<DevicePage>(("Ask", ask))),
        .. new[]
        {
            "password", "reset", "confirmed", "passkey-added", "passkey-removed", "app-removed", "access-withdrawn",
        }.Select(done => Asks<SignInPage>([]) with { Query = "?done=" + done }),
    ];

    public static TheoryData<string> OtherLanguages => [.. Words.All.Select(each => each.Language).Except(["en"])];

    [Fact]
    public void Every_page_is_looked_at() => Assert.Equal(
        typeof(AccountPages).Assembly.GetTypes()
            .Where(type => type.GetCustomAttribute<LayoutAttribute>() is not null && !type.Name.StartsWith('_'))
            .Select(type => type.Name).Order(),
        pages.Select(page => page.Component.Name).Distinct().Order());

    [Theory]
    [MemberData(nameof(OtherLanguages))]
    public async Task Says_nothing_in_English_to_who_reads_another_language(string language)
    {
        var words = Words.All.Single(each => each.Language == language);
        List<string> left = [];
        foreach (var page in pages)
        {
            var (english, other) = (await page.PiecesAsync("en"), await page.PiecesAsync(language));
            // Also what never was a text of ours: a word that stands in the page itself is in both.
            left.AddRange(other.Intersect(english).Where(piece => HasWords(piece) && !alike.Contains(piece))
                .Select(piece => $"{page}: {piece}"));
            left.AddRange(words.Keys.Where(key => words[key] != Words.Default[key])
                .SelectMany(key => Place().Split(Words.Default[key])).Select(part => part.Trim())
                .Where(part => Word().Count(part) > 1)
                .Where(part => other.Any(piece => piece.Contains(part, StringComparison.Ordinal)))
                .Select(part => $"{page}: {part}"));
        }
        Assert.Empty(left.Distinct());
    }

    [Theory]
    [InlineData("en", "5 March 2026, 14:07 UTC")]
    [InlineData("de", "5. März 2026, 14:07 UTC")]
    [InlineData("fr", "5 mars 2026 à 14:07 UTC")]
    [InlineData("ja", "2026年3月5日 14:07 UTC")]
    public void Writes_days_and_times_as_the_reader_does(string language, string moment) =>
        Assert.Equal(moment, Words.All.Single(each => each.Language == language).Moment(at));

    private static RenderedPage Page<TPage>(params (string Name, object? Value)[] given) =>
        new(typeof(TPage), "", given) { IsSignedIn = typeof(TPage) == typeof(AccountPage) };

    private static RenderedPage Asks<TPage>(Wording[] faults, params (string Name, object? Value)[] given)
    {
        var form = new PageForm();
        foreach (var fault in faults) form.Refuse("", fault);
        return Page<TPage>([.. given, ("Form", form)]);
    }

    private static bool HasWords(string piece) => Word().IsMatch(Data().Replace(piece, ""));

    [GeneratedRegex(@"§\S*")]
    private static partial Regex Data();

    [GeneratedRegex(@"\p{L}{2,}")]
    private static partial Regex Word();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Place();
}
