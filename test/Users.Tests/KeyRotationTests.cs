using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Tessera.Testing;
using Tessera.Testing.Services;
using Tessera.Users.Contracts;

namespace Tessera.Users.Tests;

/// <summary>A new key beside the old one, while Users runs.</summary>
public sealed class KeyRotationTests(KeyRotationTests.OldStore users) : IClassFixture<KeyRotationTests.OldStore>
{
    /// <summary>A store of an earlier version: its only key is for RS256.</summary>
    public sealed class OldStore : UsersProcess
    {
        protected override void Prepare()
        {
            using var rsa = RSA.Create(2048);
            var keys = Directory.CreateDirectory(Data.File("keys")).FullName;
            File.WriteAllText(Path.Combine(keys, "signing-20240601000000.pem"), rsa.ExportPkcs8PrivateKeyPem());
            using var ended = RSA.Create(2048);
            File.WriteAllText(Path.Combine(keys, Ended), ended.ExportPkcs8PrivateKeyPem());
        }
    }

    private const string Ended = "signing-20240101000000.pem";

    [Fact]
    public Task Removes_a_key_whose_last_token_has_ended_long_ago() => Eventually.HoldsAsync(
        "the key is gone", () => !File.Exists(users.Data.File($"keys/{Ended}")));

    [Fact]
    public async Task Publishes_a_new_key_before_it_signs_and_signs_nobody_out()
    {
        var before = await users.NewCustomerAsync("rotated@example.com");
        Assert.Equal("RS256", new JsonWebToken(before.Access).Alg);
        // At its first start this version has published a key of its own, for later.
        await Eventually.HoldsAsync("the ended key is published no more", async () =>
            (await PublishedAsync()).Select(key => key.Kind).Order(StringComparer.Ordinal)
                .SequenceEqual(["EC", "RSA"]));

        await using var replica = await ServiceProcess.StartAsync("Users", users.Data.Path);
        using var beside = new HttpClient { BaseAddress = replica.Address };
        // Longer than the 5 s in which who checks tokens asks for keys once: in use it is ten minutes.
        var signsFrom = TimeProvider.System.GetUtcNow().AddSeconds(8);
        SigningKeyFile.Make(users.Data.File("keys"), signsFrom);
        await Eventually.HoldsAsync("both replicas publish the key", async () =>
            (await PublishedAsync()).Count == 3 && (await PublishedAsync(beside)).Count == 3);
        var published = await PublishedAsync();

        var after = before;
        await Eventually.HoldsAsync("the new key signs", async () =>
        {
            after = await RefreshAsync(after);
            return new JsonWebToken(after.Access).Alg == "ES256";
        }, TimeSpan.FromSeconds(30));
        Assert.Contains(new JsonWebToken(after.Access).Kid, published.Select(key => key.Id));
        Assert.True(TimeProvider.System.GetUtcNow() > signsFrom.AddSeconds(-1), "The key signed before its time.");
        foreach (var token in new[] { before.Access, after.Access })
        {
            foreach (var client in new[] { users.Client, beside })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/users/me");
                request.Headers.Authorization = new("Bearer", token);
                using var profile = await client.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.OK, profile.StatusCode);
            }
        }
    }

    private async Task<Tokens> RefreshAsync(Tokens tokens)
    {
        using var refreshed = await users.RefreshAsync(tokens.Refresh!);
        Assert.Equal(HttpStatusCode.OK, refreshed.StatusCode);
        return await Tokens.ReadAsync(refreshed);
    }

    private async Task<List<(string Kind, string Id)>> PublishedAsync(HttpClient? replica = null)
    {
        using var set = JsonDocument.Parse(await (replica ?? users.Client).GetStringAsync(
            "/.well-known/jwks", TestContext.Current.CancellationToken));
        return [.. set.RootElement.GetProperty("keys").EnumerateArray()
            .Select(key => (key.GetProperty("kty").GetString()!, key.GetProperty("kid").GetString()!))];
    }
}
