// What each page is for, and what to do next.
import { define } from './define'

export const help = define({
  'help.home': ['这里是您今天要留意的事。黄色数字需要处理，点一下就到。下面是您的岗位常做的事。', 'What needs your eye today. Amber figures want action: choose one to go there. Below is what your role does most.'],
  'help.notFound': ['网址不对时会到这里。请从左边菜单重新打开。', 'You come here when an address is wrong. Choose from the menu.'],
  'help.account': ['这里可以看到您的账号和岗位，并修改密码。', 'Your account and role; change your password here.'],
  'help.catalogue': ['目录列出各部门有什么信息资源。点名称看详情。需要用哪个资源，请联系提供部门负责人授权；得到授权后到“数据查询”使用。', 'What each office holds. Choose a name for details. To use one, ask its provider for a grant, then go to Ask.'],
  'help.resource': ['这里写明资源有哪些信息项、能不能共享、挂在哪张表上。\n本部门经办人可以修改和挂接，负责人可以发布、下线和授权。', 'The items, whether they may be shared, and where they are mounted.\nThe department’s operator edits and mounts; its head publishes, withdraws and grants.'],
  'help.resourceEdit': ['填好“是什么”“能不能共享”和信息项，保存为草稿。下一步是挂接数据表，再由负责人发布。', 'Say what it is, whether it may be shared, and its items; it is saved as a draft. Next: mount it, then the head publishes it.'],
  'help.mount': ['挂接就是告诉平台：每个信息项在本部门哪张表的哪个字段。账号密码只在前置机上，平台不知道。\n选好后保存即可，不会改动您的数据库。', 'Mounting says which column of which of your tables answers each item. Credentials stay at the agent.\nYour database is not changed.'],
  'help.ask': ['选资源，填号码、事项和办件编号，就可以查询或核验。数据经过七站，每站都亮绿灯才会交付；红灯处会说明原因和办法。每次查询都会留下存证。', 'Choose what to ask, enter the number, matter and case. The answer passes seven stations; a red one says why it stopped and what to do. Each call leaves evidence.'],
  'help.grants': ['授权写明：哪个部门可以为什么事用哪些信息项，用到何时，每天几次。只显示与您单位有关的。', 'Who may use which items, for what, until when and how often. You see those that concern your office.'],
  'help.grant': ['这里是一项授权的全部内容。提供部门负责人可以随时中止、恢复或撤销，立即生效。', 'One grant in full. The provider’s head may suspend, resume or revoke it; that acts at once.'],
  'help.grantNew': ['按三步填写：给谁给什么；为什么；多久多少次。只给办事需要的信息项；能核验就不给数据。保存后前置机会收到并确认。', 'Three steps: to whom and what; why; how long and how often. Give only what the matter needs, and prefer checking to giving. The agent then confirms it.'],
  'help.evidence': ['每次使用、拒绝、授权变更都有一条存证，谁也改不了。点序号看详情并验证。下面可以与您以前保存的检查点比较。', 'Each use, refusal and change leaves an entry that nobody can alter. Choose one to see and verify it. Below, compare with a checkpoint you saved.'],
  'help.evidenceEntry': ['上面是这条存证的内容。按“在浏览器中验证”，您的电脑会自己算一遍，证明它没有被改过。', 'What was recorded. Choose Verify and your computer proves by itself that it was not changed.'],
  'help.agents': ['前置机放在各部门，由部门自己管理，平台经它取数。这里看连接和数据源是否正常。平台运维可以登记新的前置机。', 'Agents stand at the departments, under their own control; the platform fetches through them. See here whether links and sources work. Platform operators register new ones.'],
  'help.agent': ['这台前置机的连接、数据源和授权确认情况。连不上时，请按黄色提示检查。', 'Link, sources and grants of this agent. When it is away, follow the amber advice.'],
  'help.clients': ['本部门要用程序调用接口的系统在这里登记，领取编号和密钥。密钥只显示一次。', 'Register the programs of your office that call the interface. A secret is shown once.'],
  'help.systems': ['各单位建了哪些信息系统。编目资源时要选它来自哪个系统。', 'The information systems of each office; a resource names the one it comes from.'],
  'help.organisations': ['平台上的所有单位。新单位先在这里登记，再建用户和前置机。', 'Every organisation here. Register a new one first, then its users and agent.'],
  'help.users': ['谁可以登录、是什么岗位。人员离岗请及时停用。', 'Who may log in, in what role. Disable those who leave.'],
  'help.standards': ['数据元规定每个值的意思和写法，代码集规定代码。编目时选用，不用自己编。', 'Data elements fix what a value means; code sets fix the codes. Choose from them when cataloguing.'],
})
