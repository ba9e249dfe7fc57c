using Microsoft.Playwright;

namespace Tessera.Web.Tests.Buying;

/// <summary>The account, as its owner keeps it.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class ProfileTests(ShopInBrowser shop)
{
    [Theory]
    [InlineData(true, 1280, ColorScheme.Dark)]
    [InlineData(false, 390, ColorScheme.Light)]
    public async Task Keeps_an_address_book(bool scripts, int width, ColorScheme colors)
    {
        await using var visitor = await shop.NewVisitorAsync(scripts, width, colors);
        await visitor.SignInNewAsync();
        await visitor.At("profile").ClickAsync();
        await Assertions.Expect(visitor.At("no-addresses")).ToBeVisibleAsync();
        await visitor.At("add-address").ClickAsync();
        await visitor.At("address-City").FillAsync("Leeds");
        await visitor.At("save").ClickAsync();
        await Assertions.Expect(visitor.At("address-Line1-fault")).ToHaveTextAsync("Enter the street and the number.");
        await Assertions.Expect(visitor.At("address-City")).ToHaveValueAsync("Leeds");
        await visitor.IsAccessibleAsync(scripts);
        await visitor.ShowAsync($"address-{width}");
        await visitor.FillAddressAsync();
        await visitor.At("save").ClickAsync();
        await Assertions.Expect(visitor.At("profile-done")).ToBeVisibleAsync();

        await visitor.At("add-address").ClickAsync();
        await visitor.FillAddressAsync("Charles Babbage");
        await visitor.At("save").ClickAsync();
        var labels = visitor.At("addresses").GetByRole(AriaRole.Listitem);
        await Assertions.Expect(labels).ToHaveCountAsync(2);
        await Assertions.Expect(labels.First.GetByTestId("usual")).ToBeVisibleAsync();
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Make it the usual address" }).ClickAsync();
        await Assertions.Expect(labels.Last.GetByTestId("usual")).ToBeVisibleAsync();
        await Assertions.Expect(visitor.At("usual")).ToHaveCountAsync(1);
        await visitor.IsAccessibleAsync(scripts);
        Assert.InRange(await visitor.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 1, width);
        await visitor.ShowAsync($"profile-{width}");

        await labels.First.GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(visitor.At("address-Name")).ToHaveValueAsync("Ada Lovelace");
        await visitor.At("address-City").FillAsync("Bath");
        await visitor.At("save").ClickAsync();
        await Assertions.Expect(labels.First).ToContainTextAsync("Bath");
        await labels.Last.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await Assertions.Expect(labels).ToHaveCountAsync(1);
        await Assertions.Expect(labels.First.GetByTestId("usual")).ToBeVisibleAsync();
        // The browser itself notes the form that was refused.
        var complaints = visitor.Complaints.Where(each => !each.EndsWith("(Bad Request)", StringComparison.Ordinal));
        Assert.True(!complaints.Any(), string.Join("; ", complaints));
    }

    [Fact]
    public async Task Keeps_the_name_and_offers_it_for_the_next_address()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.GoAsync("/profile");
        await visitor.At("name").FillAsync("Grace Hopper");
        await visitor.At("save-name").ClickAsync();
        await Assertions.Expect(visitor.At("name")).ToHaveValueAsync("Grace Hopper");
        await visitor.At("add-address").ClickAsync();
        await Assertions.Expect(visitor.At("address-Name")).ToHaveValueAsync("Grace Hopper");
    }

    [Fact]
    public async Task Says_beside_the_name_why_it_was_not_taken_and_keeps_what_was_typed()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.GoAsync("/profile");
        var (name, text) = (visitor.At("name"), new string('a', 101));
        await name.EvaluateAsync("field => field.removeAttribute('maxlength')"); // As in a browser of before.
        await name.FillAsync(text);
        await visitor.At("save-name").ClickAsync();
        await Assertions.Expect(name).ToHaveValueAsync(text);
        Assert.Equal(400, visitor.Status);
        await Assertions.Expect(name).ToHaveAttributeAsync("aria-invalid", "true");
        await Assertions.Expect(name).ToHaveAccessibleDescriptionAsync("A name has at most 100 characters.");
        await visitor.At("form-faults").GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(name).ToBeFocusedAsync();
        Assert.Empty(await visitor.SeriousFaultsAsync());
        await visitor.GoAsync("/profile");
        await Assertions.Expect(name).ToHaveValueAsync("");
    }

    [Fact]
    public async Task Erases_the_account_only_when_asked_twice()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.GoAsync("/profile");
        await visitor.At("erase").ClickAsync();
        await visitor.At("erase").ClickAsync();
        await Assertions.Expect(visitor.At("erase-fault")).ToBeVisibleAsync();
        Assert.Empty(await visitor.SeriousFaultsAsync());
        await visitor.ShowAsync("erase");
        await visitor.At("sure").CheckAsync();
        await visitor.At("erase").ClickAsync();
        await Assertions.Expect(visitor.At("erased")).ToBeVisibleAsync();
        await Assertions.Expect(visitor.At("sign-in")).ToBeVisibleAsync();
        await visitor.GoAsync("/profile");
        await Assertions.Expect(visitor.Page.GetByLabel("E-mail address")).ToBeVisibleAsync();
    }
}
