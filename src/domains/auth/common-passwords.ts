/**
 * The most common passwords of at least eight characters, folded. Source: common knowledge list, as every published
 * count of leaked passwords shows them; it stops the first guesses, not a dictionary.
 */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `
    00000000 000000000 0000000000 0123456789 0987654321 10203040 1020304050 11111111 111111111 1111111111 11112222
    11223344 1122334455 12121212 123123123 123321123 12341234 12344321 1234512345 1234554321 123456123 123456123456
    12345678 123456789 1234567890 12345678910 123654789 123698745 147258369 147852369 159357456 159753456 1q2w3e4r
    1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 22222222 33333333 44444444 456123789 55555555 66666666
    741852963 77777777 789456123 87654321 88888888 888888888 963852741 987654321 9876543210 99999999 999999999
    a1234567 a12345678 a123456789 a1b2c3d4 a1b2c3d4e5 a1s2d3f4 aa123456 aa12345678 aaaaaaaa aaaaaaaaaa abc12345
    abc123456 abc@1234 abcabcabc abcd1234 abcd12345 abcd@1234 abcdefg1 abcdefgh abcdefghi access123 access14
    admin123 admin1234 admin12345 admin123456 admin@123 adminadmin administrator administrator1 alexander arsenal1
    asdf1234 asdfasdf asdfghjk asdfghjkl asdfghjkl; asdfjkl; autumn2023 autumn2024 azerty123 azertyuiop babygirl
    babygirl1 barcelona baseball baseball1 basketball batman123 beautiful beautiful1 blink182 butterfly changeit
    changeme changeme1 changeme123 charlie1 chelsea1 chocolate chocolate1 christian computer computer1 corvette
    danielle december default1 demo1234 dragon12 dragon123 elizabeth facebook facebook1 ferrari1 football football1
    football123 fortnite1 freedom1 goodluck google123 guest123 happy123 harley123 hello123 hello1234 hello12345
    hellohello helloworld ilovegod iloveme1 iloveu123 iloveyou iloveyou! iloveyou1 iloveyou123 iloveyou2 india@123
    internet internet1 iphone123 jennifer jessica1 jonathan jordan23 juventus1 letmein! letmein1 letmein12
    letmein123 linkedin liverpool liverpool1 lovelove loveme123 loveyou1 lucky123 manchester master12 master123
    matthew1 maverick mercedes michael1 michelle michelle1 midnight midnight1 minecraft minecraft1 money123 monkey12
    monkey123 mountain mustang1 mypassword myspace1 naruto123 nicholas november p@ssw0rd p@ssw0rd1 p@ssword pa55word
    pass1234 pass12345 pass@123 pass@1234 passpass passport passw0rd passw0rd1 password password! password#1
    password0 password01 password1 password1! password11 password12 password123 password1234 password2 password3
    password7 password99 password@1 password@123 passwords pokemon1 pokemon123 porsche1 precious1 princess princess1
    q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 qwer1234 qwerasdf qwerty1! qwerty12 qwerty123 qwerty1234 qwerty12345
    qwerty123456 qwerty@123 qwertyqwerty qwertyui qwertyuiop rainbow1 realmadrid roblox123 rockstar1 rockyou1
    root1234 rootroot samantha samsung1 samsung123 sandra123 scorpion secret12 secret123 security september shadow12
    shadow123 snowball1 softball1 spiderman spiderman1 spring2023 spring2024 starwars starwars1 summer2020
    summer2021 summer2022 summer2023 summer2024 summer2025 sunshine sunshine1 superman superman1 sweetheart temp1234
    temppass test1234 test12345 test@123 testing1 testing123 testtest tinkerbell toor1234 trustno1 trustno1!
    user1234 valentine vanessa1 victoria warcraft welcome! welcome1 welcome12 welcome123 welcome@123 whatever
    whatever1 winter2020 winter2021 winter2022 winter2023 winter2024 wolverine xbox360x yankees1 yellow123 zaq12wsx
    zaq1xsw2 zaq1zaq1 zxcvbnm, zxcvbnm1 zxcvbnm123
  `
    .split(/\s+/)
    .filter(Boolean),
);
